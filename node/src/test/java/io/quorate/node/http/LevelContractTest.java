package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Levels, counts, deadlines and the parameters and headers of what is not there or not fit. */
@ExtendWith(SharedCluster.class)
final class LevelContractTest {
    private final TestCluster cluster;

    LevelContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @ParameterizedTest
    @CsvSource({"ONE,1", "TWO,2", "THREE,3", "QUORUM,2", "ALL,3", "one,1", "Quorum,2"})
    void levelNeedsItsNumberOfReplicas(String level, String need) {
        String key = TestCluster.newKey();
        Reply written = cluster.put("n1", key, "?level=" + level, "v").expect(204);
        assertThat(written.result()).containsEntry("need", need).containsEntry("level", level.toUpperCase(Locale.ROOT));
        Reply read = cluster.get("n2", key, "?timeout=5s&level=" + level);
        assertThat(read.result()).containsEntry("need", need).containsEntry("level", level.toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void exactCountIsTheNeed(int count) {
        String key = TestCluster.newKey();
        Reply written = cluster.put("n1", key, "?w=" + count, "v").expect(204);
        assertThat(written.result()).containsEntry("need", "" + count);
        Reply read = cluster.get("n1", key, "?r=" + count);
        assertThat(read.result()).containsEntry("need", "" + count);
        assertThat(cluster.delete("n1", key, "?w=" + count).expect(204).result())
                .containsEntry("need", "" + count);
    }

    @Test
    void misspeltLevelIsRefusedWithTheLevelsThatThereAre() {
        for (Reply reply : new Reply[] {
            cluster.put("n1", TestCluster.newKey(), "?level=QUROUM", "v"),
            cluster.get("n1", TestCluster.newKey(), "?level=QUROUM"),
            cluster.delete("n1", TestCluster.newKey(), "?level=QUROUM")
        }) {
            assertThat(reply.problem(400, "bad-level").path("detail").asText())
                    .contains(
                            "QUROUM",
                            "ANY",
                            "ONE",
                            "TWO",
                            "THREE",
                            "QUORUM",
                            "ALL",
                            "LOCAL_ONE",
                            "LOCAL_QUORUM",
                            "EACH_QUORUM");
        }
        cluster.get("n1", TestCluster.newKey(), "?level=").problem(400, "bad-level");
    }

    @ParameterizedTest
    @ValueSource(strings = {"LINEARIZABLE", "LEASE", "FOLLOWER", "ASYNC", "SEMI_SYNC", "SYNC", "linearizable"})
    void levelOfLeaderModeIsRefusedWithTheLevelsOfThisMode(String level) {
        for (Reply reply : new Reply[] {
            cluster.get("n1", TestCluster.newKey(), "?level=" + level),
            cluster.put("n1", TestCluster.newKey(), "?level=" + level, "v")
        }) {
            assertThat(reply.problem(422, "level-not-in-mode").path("detail").asText())
                    .contains("QUORUM");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"level=LOCAL_QUORUM", "level=LOCAL_ONE", "level=EACH_QUORUM"})
    void whatIsNotThereYetIsNotImplemented(String query) {
        cluster.put("n1", TestCluster.newKey(), "?" + query, "v").problem(501, "not-implemented");
        cluster.get("n1", TestCluster.newKey(), "?" + query).problem(501, "not-implemented");
        cluster.delete("n1", TestCluster.newKey(), "?" + query).problem(501, "not-implemented");
    }

    @Test
    void anyTakesTheFirstDurableAnswer() {
        String key = TestCluster.newKey();
        Reply written = cluster.put("n1", key, "?level=ANY", "v").expect(204);
        assertThat(written.result()).containsEntry("level", "ANY").containsEntry("need", "1");
        assertThat(written.result()).containsEntry("hinted", "0");
    }

    @Test
    void strictQuorumsMayBeAskedForByName() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?sloppy=false", "v").expect(204);
        cluster.get("n1", key, "?sloppy=false").expect(200);
        cluster.get("n1", key, "?sloppy=maybe").problem(400, "bad-request");
    }

    @Test
    void expirySessionsAndTypedValuesAreNotImplemented() {
        cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .header("Quorate-TTL", "60s")
                .body("v")
                .send()
                .problem(501, "not-implemented");
        cluster.request("n1", "GET", TestCluster.newKey(), "")
                .header("Quorate-Session", "abc")
                .send()
                .problem(501, "not-implemented");
        cluster.request("n1", "POST", TestCluster.newKey(), "/ops")
                .json("{}")
                .send()
                .problem(501, "not-implemented");
    }

    @Test
    void compareAndSetNeedsALeaderBucket() {
        cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .header("If-Match", "\"1\"")
                .body("v")
                .send()
                .problem(422, "cas-needs-leader");
        cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .header("If-None-Match", "*")
                .body("v")
                .send()
                .problem(422, "cas-needs-leader");
        cluster.request("n1", "DELETE", TestCluster.newKey(), "")
                .header("If-Match", "\"1\"")
                .send()
                .problem(422, "cas-needs-leader");
    }

    @Test
    void levelAndCountTogetherAreRefused() {
        cluster.put("n1", TestCluster.newKey(), "?level=ONE&w=1", "v").problem(400, "bad-request");
        cluster.get("n1", TestCluster.newKey(), "?level=ONE&r=1").problem(400, "bad-request");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 17})
    void countThatTheBucketCannotGiveIsRefusedWithTheLimitAndTheRange(int count) {
        String key = TestCluster.newKey();
        for (Reply reply : new Reply[] {
            cluster.put("n1", key, "?w=" + count, "v"),
            cluster.get("n1", key, "?r=" + count),
            cluster.delete("n1", key, "?w=" + count)
        }) {
            JsonNode problem = reply.problem(400, "bad-level");
            assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
            assertThat(problem.path("detail").asText()).contains("=" + count, "n=3", "from 1 to 3");
        }
        cluster.get("n1", key, "?r=3").problem(404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "4", "-1", "99999999999", "two", ""})
    void countOutOfRangeIsRefused(String count) {
        assertThat(cluster.put("n1", TestCluster.newKey(), "?w=" + count, "v")
                        .expect(400)
                        .json()
                        .path("detail")
                        .asText())
                .contains("w=" + count);
        assertThat(cluster.get("n1", TestCluster.newKey(), "?r=" + count)
                        .expect(400)
                        .json()
                        .path("detail")
                        .asText())
                .contains("r=" + count);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,w=1,w",
        "PUT,r=1,r",
        "DELETE,r=1,r",
        "DELETE,sibling=1,sibling",
        "PUT,colour=red,colour",
        "GET,Level=ONE,Level",
        "GET,level=ONE&level=ONE,level"
    })
    void parameterThatDoesNotFitIsNamed(String method, String query, String name) {
        Http request = cluster.request("n1", method, TestCluster.newKey(), "?" + query);
        Reply reply = (method.equals("PUT") ? request.body("v") : request).send();
        assertThat(reply.problem(400, "bad-request").path("detail").asText()).contains("'" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "250ms", "1s", "60s", "60000ms", "5S"})
    void timeoutTakesMillisecondsAndSeconds(String timeout) {
        int status =
                cluster.get("n1", TestCluster.newKey(), "?timeout=" + timeout).status();
        assertThat(status).isIn(404, 504);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0ms", "0s", "61s", "60001ms", "1", "1m", "-1s", "", "1.5s", "99999999999999s", "s"})
    void timeoutOutOfRangeIsRefused(String timeout) {
        assertThat(cluster.get("n1", TestCluster.newKey(), "?timeout=" + timeout)
                        .problem(400, "bad-request")
                        .path("detail")
                        .asText())
                .contains("timeout");
    }

    @Test
    void methodThatARouteDoesNotTakeIsRefusedWithThoseItTakes() {
        Reply reply = cluster.request("n1", "POST", TestCluster.newKey(), "")
                .body("v")
                .send();
        reply.problem(405, "method-not-allowed");
        assertThat(reply.header("Allow").split(", ", -1)).containsExactlyInAnyOrder("GET", "HEAD", "PUT", "DELETE");
        for (String target : new String[] {
            "/v1/buckets",
            "/v1/buckets/carts",
            "/v1/ring",
            "/v1/nodes",
            "/v1/nodes/self",
            "/v1/groups",
            "/livez",
            "/readyz",
            "/startupz",
            "/healthz/cluster",
            "/metrics",
            "/openapi.yaml",
            "/v1/faults",
            TestCluster.target("k", "/explain")
        }) {
            Reply refused =
                    Http.request("PATCH", cluster.url("n1"), target).body("").send();
            refused.problem(405, "method-not-allowed");
            assertThat(refused.header("Allow")).contains("GET");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/",
                "/v2/buckets",
                "/v1/nothing",
                "/v1/buckets/carts/keys",
                "/v1/buckets/carts/values/k",
                "/v1/buckets/carts/keys/k/nothing",
                "/v1/buckets/carts/keys/k/explain/x",
                "/v1/nodes/n1",
                "/v1/ring/1",
                "/v1/groups/0",
                "/v1/groups/0/members",
                "/v1/groups/0/transfer/n1",
                "/livez/x",
                "/v1/buckets/../ring",
                "//livez"
            })
    void pathOfNoRouteIsNotFound(String target) {
        int status = Http.get(cluster.url("n1"), target).status();
        assertThat(status).as(target).isIn(404, 400);
        if (status == 404) {
            Http.get(cluster.url("n1"), target).problem(404, "no-such-route");
        }
    }
}
