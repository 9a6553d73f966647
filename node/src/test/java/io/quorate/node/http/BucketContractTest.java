package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.QuickPolls;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets are made, changed, listed and deleted everywhere by the time of the answer. */
@ExtendWith({SharedCluster.class, QuickPolls.class})
final class BucketContractTest {
    private final TestCluster cluster;

    BucketContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    private Reply define(String node, String bucket, String json) {
        return Http.request("PUT", cluster.url(node), "/v1/buckets/" + bucket)
                .json(json)
                .send();
    }

    private Reply remove(String node, String bucket) {
        return Http.request("DELETE", cluster.url(node), "/v1/buckets/" + bucket)
                .send();
    }

    private Reply read(String node, String bucket) {
        return Http.get(cluster.url(node), "/v1/buckets/" + bucket);
    }

    @Test
    void bucketIsMadeWithItsDefaultsAndKnownToAllNodesBeforeTheAnswer() {
        for (int i = 0; i < 5; i++) {
            String name = "made-" + i;
            Reply made =
                    define("n" + (1 + i % 3), name, "{\"mode\":\"leaderless\"}").expect(201);
            assertThat(made.json().toString())
                    .isEqualTo("{\"name\":\"" + name + "\",\"mode\":\"leaderless\",\"n\":3,\"read\":\"QUORUM\","
                            + "\"write\":\"QUORUM\",\"sloppy\":true,\"conflicts\":\"siblings\","
                            + "\"readRepair\":\"blocking\",\"maxSiblings\":100}");
            for (String node : cluster.nodes()) {
                assertThat(read(node, name).expect(200).json()).isEqualTo(made.json());
                Http.request("PUT", cluster.url(node), "/v1/buckets/" + name + "/keys/k" + node)
                        .body("v")
                        .send()
                        .expect(204);
            }
            remove("n1", name).expect(202);
        }
    }

    @Test
    void sameDefinitionAgainAndChangedDefaultsAreTakenOtherShapesAreNot() {
        define("n1", "changing", "{\"mode\":\"leaderless\",\"n\":3}").expect(201);
        define("n2", "changing", "{\"mode\":\"leaderless\",\"n\":3}").expect(200);
        Reply changed = define(
                        "n3",
                        "changing",
                        "{\"mode\":\"leaderless\",\"read\":\"one\",\"write\":\"ALL\",\"readRepair\":\"none\","
                                + "\"maxSiblings\":7}")
                .expect(200);
        for (String node : cluster.nodes()) {
            JsonNode json = read(node, "changing").json();
            assertThat(json).isEqualTo(changed.json());
            assertThat(json.path("read").asText()).isEqualTo("ONE");
            assertThat(json.path("maxSiblings").asInt()).isEqualTo(7);
        }
        define("n1", "changing", "{\"mode\":\"leaderless\",\"n\":2}").problem(409, "bucket-immutable");
        assertThat(read("n1", "changing").json().path("n").asInt()).isEqualTo(3);
        remove("n2", "changing").expect(202);
    }

    @Test
    void defaultsOfTheBucketAreUsedByItsRequests() {
        define(
                        "n1",
                        "defaults",
                        "{\"mode\":\"leaderless\",\"n\":2,\"read\":\"ONE\",\"write\":\"ALL\",\"maxSiblings\":1}")
                .expect(201);
        String key = "/v1/buckets/defaults/keys/k";
        Reply written =
                Http.request("PUT", cluster.url("n3"), key).body("v").send().expect(204);
        assertThat(written.result()).containsEntry("level", "ALL").containsEntry("need", "2");
        Reply read = Http.get(cluster.url("n3"), key).expect(200);
        assertThat(read.result()).containsEntry("level", "ONE").containsEntry("need", "1");
        Http.request("PUT", cluster.url("n1"), key).body("w").send().problem(409, "too-many-siblings");
        Http.request("PUT", cluster.url("n1"), key + "?level=THREE")
                .body("w")
                .send()
                .problem(400, "bad-level");
        Http.request("PUT", cluster.url("n1"), key + "?w=3").body("w").send().problem(400, "bad-level");
        remove("n1", "defaults").expect(202);
    }

    @Test
    void listNamesAllBucketsInOrder() {
        define("n1", "b-second", "{\"mode\":\"leaderless\"}").expect(201);
        define("n2", "a-first", "{\"mode\":\"leaderless\"}").expect(201);
        List<String> names = new ArrayList<>();
        Http.get(cluster.url("n3"), "/v1/buckets")
                .expect(200)
                .json()
                .path("buckets")
                .forEach(bucket -> names.add(bucket.path("name").asText()));
        assertThat(names).isSorted().contains("a-first", "b-second", "carts");
        remove("n1", "a-first").expect(202);
        remove("n1", "b-second").expect(202);
    }

    @Test
    void deletedBucketIsGoneWithItsKeysAndOneMadeAnewIsEmpty() {
        define("n1", "short-lived", "{\"mode\":\"leaderless\"}").expect(201);
        for (int i = 0; i < 20; i++) {
            Http.request("PUT", cluster.url("n2"), "/v1/buckets/short-lived/keys/k" + i + "?level=ALL")
                    .body("v")
                    .send()
                    .expect(204);
        }
        long full = keysOf("n1");

        remove("n3", "short-lived").expect(202);

        for (String node : cluster.nodes()) {
            read(node, "short-lived").problem(404, "no-such-bucket");
            Http.get(cluster.url(node), "/v1/buckets/short-lived/keys/k1").problem(404, "no-such-bucket");
        }
        remove("n1", "short-lived").problem(404, "no-such-bucket");
        Awaitility.await("keys of the deleted bucket to go")
                .atMost(Duration.ofSeconds(10))
                .until(() -> keysOf("n1") <= full - 20);

        define("n2", "short-lived", "{\"mode\":\"leaderless\",\"n\":2}").expect(201);
        for (String node : cluster.nodes()) {
            for (int i = 0; i < 20; i++) {
                Http.get(cluster.url(node), "/v1/buckets/short-lived/keys/k" + i)
                        .problem(404, "not-found");
            }
        }
        remove("n1", "short-lived").expect(202);
    }

    private long keysOf(String node) {
        return cluster.self(node).path("counts").path("keys").asLong();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPPER", "-dash", ".dot", "_under", "with space", "a%2Fb", "%ff", "%zz", "é"})
    void malformedNameIsRefused(String name) {
        define("n1", name.replace(" ", "%20"), "{\"mode\":\"leaderless\"}").problem(400, "bad-bucket");
        read("n1", name.replace(" ", "%20")).problem(400, "bad-bucket");
    }

    @Test
    void nameMayHave64CharactersAndNotOneMore() {
        define("n1", "b".repeat(64), "{\"mode\":\"leaderless\"}").expect(201);
        remove("n1", "b".repeat(64)).expect(202);
        define("n1", "b".repeat(65), "{\"mode\":\"leaderless\"}").problem(400, "bad-bucket");
        define("n1", "0._-z", "{\"mode\":\"leaderless\"}").expect(201);
        remove("n1", "0._-z").expect(202);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|mode",
                "{\"mode\":\"leaderles\"}|mode",
                "{\"mode\":7}|mode",
                "{\"mode\":\"leaderless\",\"colour\":\"red\"}|colour",
                "{\"mode\":\"leaderless\",\"n\":0}|n",
                "{\"mode\":\"leaderless\",\"n\":4}|n",
                "{\"mode\":\"leaderless\",\"n\":\"3\"}|n",
                "{\"mode\":\"leaderless\",\"n\":2.5}|n",
                "{\"mode\":\"leaderless\",\"n\":null}|n",
                "{\"mode\":\"leaderless\",\"read\":\"SOME\"}|read",
                "{\"mode\":\"leaderless\",\"n\":2,\"write\":\"THREE\"}|write",
                "{\"mode\":\"leaderless\",\"maxSiblings\":0}|maxSiblings",
                "{\"mode\":\"leaderless\",\"maxSiblings\":1001}|maxSiblings",
                "{\"mode\":\"leaderless\",\"readRepair\":\"later\"}|readRepair",
                "{\"mode\":\"leaderless\",\"conflicts\":\"win\"}|conflicts",
                "{\"mode\":\"leaderless\",\"sloppy\":\"yes\"}|sloppy",
            })
    void wrongFieldIsNamed(String json, String field) {
        assertThat(define("n1", "never", json)
                        .problem(400, "bad-bucket")
                        .path("detail")
                        .asText())
                .contains("'" + field + "'");
        read("n1", "never").problem(404, "no-such-bucket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{",
                "{\"mode\":\"leaderless\"}}",
                "{\"mode\":\"leaderless\",\"mode\":\"leaderless\"}",
                "nonsense"
            })
    void bodyThatIsNoObjectIsRefused(String json) {
        define("n1", "never", json).problem(400, "bad-request");
    }

    @Test
    void deeplyNestedBodyIsRefused() {
        define("n1", "never", "{\"mode\":".repeat(5000)).problem(400, "bad-request");
    }

    @Test
    void leaderBucketIsMadeWithItsDefaultsAndKnownToAllNodesBeforeTheAnswer() {
        for (String node : cluster.nodes()) {
            String name = "led-" + node;
            Reply made = define(node, name, "{\"mode\":\"leader\"}").expect(201);
            assertThat(made.json().toString())
                    .isEqualTo("{\"name\":\"" + name + "\",\"mode\":\"leader\",\"n\":3,"
                            + "\"read\":\"LINEARIZABLE\",\"write\":\"SEMI_SYNC\"}");
            define(node, name, made.text()).expect(200);
            for (String other : cluster.nodes()) {
                assertThat(read(other, name).expect(200).json()).isEqualTo(made.json());
                Http.request("PUT", cluster.url(other), "/v1/buckets/" + name + "/keys/k" + other)
                        .body("v")
                        .send()
                        .expect(204);
            }
            remove(node, name).expect(202);
        }
    }

    @Test
    void defaultsOfALeaderBucketChangeItsModeDoesNot() {
        define("n1", "led-changing", "{\"mode\":\"leader\",\"n\":3}").expect(201);
        Reply changed = define("n2", "led-changing", "{\"mode\":\"leader\",\"read\":\"follower\",\"write\":\"Sync\"}")
                .expect(200);
        for (String node : cluster.nodes()) {
            JsonNode json = read(node, "led-changing").json();
            assertThat(json).isEqualTo(changed.json());
            assertThat(json.path("read").asText()).isEqualTo("FOLLOWER");
            assertThat(json.path("write").asText()).isEqualTo("SYNC");
        }
        define("n3", "led-changing", "{\"mode\":\"leaderless\"}").problem(409, "bucket-immutable");
        define("n3", "carts", "{\"mode\":\"leader\"}").problem(409, "bucket-immutable");
        assertThat(read("n1", "led-changing").json()).isEqualTo(changed.json());
        remove("n1", "led-changing").expect(202);
    }

    @Test
    void leaderBucketMadeAnewIsEmptyInEitherMode() {
        for (String mode : new String[] {"leader", "leader", "leaderless"}) {
            define("n1", "led-short", "{\"mode\":\"" + mode + "\"}").expect(201);
            for (String node : cluster.nodes()) {
                String key = "/v1/buckets/led-short/keys/k" + node;
                Http.get(cluster.url(node), key).problem(404, "not-found");
                Http.request("PUT", cluster.url(node), key).body(mode).send().expect(204);
            }
            for (String node : cluster.nodes()) {
                assertThat(Http.get(cluster.url("n2"), "/v1/buckets/led-short/keys/k" + node)
                                .text())
                        .isEqualTo(mode);
            }
            remove("n3", "led-short").expect(202);
            for (String node : cluster.nodes()) {
                Http.get(cluster.url(node), "/v1/buckets/led-short/keys/kn1").problem(404, "no-such-bucket");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"mode\":\"leader\",\"n\":2}|n",
                "{\"mode\":\"leader\",\"n\":4}|n",
                "{\"mode\":\"leader\",\"n\":\"3\"}|n",
                "{\"mode\":\"leader\",\"n\":null}|n",
                "{\"mode\":\"leader\",\"read\":\"QUORUM\"}|read",
                "{\"mode\":\"leader\",\"read\":\"SYNC\"}|read",
                "{\"mode\":\"leader\",\"read\":7}|read",
                "{\"mode\":\"leader\",\"read\":null}|read",
                "{\"mode\":\"leader\",\"write\":\"ALL\"}|write",
                "{\"mode\":\"leader\",\"write\":\"LEASE\"}|write",
                "{\"mode\":\"leader\",\"sloppy\":false}|sloppy",
                "{\"mode\":\"leader\",\"conflicts\":\"lww\"}|conflicts",
                "{\"mode\":\"leader\",\"readRepair\":\"none\"}|readRepair",
                "{\"mode\":\"leader\",\"maxSiblings\":1}|maxSiblings",
                "{\"mode\":\"leader\",\"colour\":\"red\"}|colour",
                "{\"mode\":\"leader\",\"name\":\"other\"}|name",
                "{\"mode\":\"LEADER\"}|mode",
            })
    void wrongFieldOfALeaderBucketIsNamed(String json, String field) {
        wrongFieldIsNamed(json, field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LINEARIZABLE", "LEASE", "FOLLOWER", "ASYNC", "SYNC", "SEMI_SYNC"})
    void levelOfLeaderModeIsNoDefaultOfALeaderlessBucket(String level) {
        define("n1", "never", "{\"mode\":\"leaderless\",\"read\":\"" + level + "\"}")
                .problem(422, "level-not-in-mode");
    }
}
