package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The groups of leader buckets as operators see and move them. */
@ExtendWith(SharedCluster.class)
final class GroupContractTest {
    private static final int PARTITIONS = 16;

    private final TestCluster cluster;
    private final Accounts accounts;

    GroupContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private Reply transfer(String node, String partition, String query) {
        return Http.request("POST", cluster.url(node), "/v1/groups/" + partition + "/transfer" + query)
                .send();
    }

    private JsonNode group(String node, int partition) {
        return cluster.groups(node).path(partition);
    }

    private boolean leads(String node, int partition) {
        return group(node, partition).path("role").asText().equals("leader");
    }

    private String leader(int partition) {
        List<String> found = new ArrayList<>();
        Awaitility.await("a leader of partition " + partition)
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    cluster.nodes().stream()
                            .filter(node -> leads(node, partition))
                            .forEach(found::add);
                    return !found.isEmpty();
                });
        return found.get(found.size() - 1);
    }

    private String another(String node) {
        return cluster.nodes().stream()
                .filter(other -> !other.equals(node))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyNodeShowsItsPartInEveryGroup() {
        for (String node : cluster.nodes()) {
            Reply reply = Http.get(cluster.url(node), "/v1/groups").expect(200);
            assertThat(reply.header("Content-Type")).isEqualTo("application/json");
            JsonNode groups = reply.json().path("groups");
            assertThat(groups).hasSize(PARTITIONS);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                JsonNode group = groups.get(partition);
                assertThat(group.path("partition").asInt()).isEqualTo(partition);
                assertThat(group.path("role").asText()).isIn("leader", "follower", "candidate", "pre-candidate");
                assertThat(group.path("term").asLong()).isPositive();
                assertThat(group.path("commit").asLong())
                        .isGreaterThanOrEqualTo(group.path("applied").asLong());
                assertThat(group.path("applied").isIntegralNumber()).isTrue();
                assertThat(group.has("halted")).isFalse();
                boolean leads = group.path("role").asText().equals("leader");
                if (leads) {
                    assertThat(group.path("leader").asText()).isEqualTo(node);
                    assertThat(group.path("lagMs").asLong()).isZero();
                }
                List<String> members = new ArrayList<>();
                for (JsonNode member : group.path("members")) {
                    members.add(member.path("node").asText());
                    assertThat(member.path("kind").asText()).isEqualTo("voter");
                    assertThat(member.path("match").isIntegralNumber()).isTrue();
                    assertThat(member.path("lagEntries").asLong()).isNotNegative();
                    assertThat(member.path("lagMs").asLong()).isNotNegative();
                }
                assertThat(members).containsExactlyInAnyOrderElementsOf(leads ? cluster.nodes() : List.of());
            }
        }
        Http.request("HEAD", cluster.url("n1"), "/v1/groups").send().expect(200);
        Http.get(cluster.url("n1"), "/v1/groups?x=1").problem(400, "bad-request");
    }

    @Test
    void everyGroupHasOneLeader() {
        Awaitility.await("as many leaders as partitions")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    List<Integer> led = new ArrayList<>();
                    for (String node : cluster.nodes()) {
                        for (JsonNode group : cluster.groups(node)) {
                            if (group.path("role").asText().equals("leader")) {
                                led.add(group.path("partition").asInt());
                            }
                        }
                    }
                    assertThat(led).hasSize(PARTITIONS).doesNotHaveDuplicates();
                });
        cluster.awaitLeaders();
    }

    @Test
    void indexesFollowTheWritesAtAllMembers() {
        String key = TestCluster.newKey();
        int partition = accounts.partition(key);
        long index = 0;
        for (int i = 0; i < 20; i++) {
            index = Accounts.indexOf(accounts.put("n1", key, "" + i).expect(204));
        }
        long last = index;
        for (String node : cluster.nodes()) {
            Awaitility.await("the last write at " + node)
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> group(node, partition).path("applied").asLong() >= last);
            assertThat(group(node, partition).path("keys").asLong()).isPositive();
        }
        Awaitility.await("the leader knows")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(
                                group(leader(partition), partition).path("members"))
                        .hasSize(3)
                        .allSatisfy(member -> {
                            assertThat(member.path("match").asLong()).isGreaterThanOrEqualTo(last);
                            assertThat(member.path("lagEntries").asLong()).isZero();
                            assertThat(member.path("lagMs").asLong()).isZero();
                        }));
    }

    @Test
    void leadIsHandedToAnotherHomeWhileWritesGoOn() {
        String key = TestCluster.newKey();
        int partition = accounts.partition(key);
        accounts.put("n1", key, "before").expect(204);
        String from = leader(partition);
        String to = another(from);
        long term = group(from, partition).path("term").asLong();

        Reply begun = transfer(from, "" + partition, "?to=" + to).expect(202);

        assertThat(begun.json().path("partition").asInt()).isEqualTo(partition);
        assertThat(begun.json().path("to").asText()).isEqualTo(to);
        int[] writes = {0};
        Awaitility.await(to + " leads")
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    for (String node : cluster.nodes()) {
                        accounts.put(node, key, "?timeout=5s", "" + ++writes[0]).expect(204);
                    }
                    return leads(to, partition);
                });
        assertThat(group(to, partition).path("term").asLong()).isGreaterThan(term);
        for (String node : cluster.nodes()) {
            Reply read = accounts.get(node, key, "?timeout=5s").expect(200);
            assertThat(read.text()).isEqualTo("" + writes[0]);
            accounts.put(node, key, "?timeout=5s", "after").expect(204);
            accounts.put(node, key, "?timeout=5s", "" + writes[0]).expect(204);
        }
    }

    @Test
    void leadHandedToItsHolderStaysThere() {
        int partition = accounts.partition(TestCluster.newKey());
        String leader = leader(partition);
        transfer(leader, "" + partition, "?to=" + leader).expect(202);
        assertThat(leads(leader, partition)).isTrue();
    }

    @Test
    void nodeThatDoesNotLeadHandsNothingOver() {
        int partition = accounts.partition(TestCluster.newKey());
        String leader = leader(partition);
        for (String node : cluster.nodes()) {
            if (!node.equals(leader)) {
                for (String to : cluster.nodes()) {
                    JsonNode problem =
                            transfer(node, "" + partition, "?to=" + to).problem(503, "no-leader");
                    assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
                    assertThat(problem.path("detail").asText()).contains("partition " + partition);
                }
            }
        }
        assertThat(leads(leader, partition)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "16,?to=n1,'16'",
        "-1,?to=n1,'-1'",
        "x,?to=n1,'x'",
        "99999999999,?to=n1,'99999999999'",
        "%30,?to=n1,'%30'",
        "0,'',to",
        "0,?to=,to",
        "0,?to=n9,n9",
        "0,?to=N1,N1",
        "0,?to=n1&to=n2,'to'",
        "0,?to=n1&x=1,'x'",
    })
    void wrongTransferIsRefusedByName(String partition, String query, String name) {
        for (String node : cluster.nodes()) {
            assertThat(transfer(node, partition, query)
                            .problem(400, "bad-request")
                            .path("detail")
                            .asText())
                    .contains(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
    void transferIsAPost(String method) {
        Reply refused = Http.request(method, cluster.url("n1"), "/v1/groups/0/transfer?to=n1")
                .send();
        refused.problem(405, "method-not-allowed");
        assertThat(refused.header("Allow")).isEqualTo("POST");
        Http.request("POST", cluster.url("n1"), "/v1/groups").send().problem(405, "method-not-allowed");
    }

    @Test
    void explanationNamesTheLeaderAndHowFarEachReplicaIs() {
        String key = TestCluster.newKey();
        JsonNode assignment =
                Http.get(cluster.url("n1"), "/v1/ring").expect(200).json().path("assignment");
        Reply written = accounts.put("n1", key, "v").expect(204);
        for (String node : cluster.nodes()) {
            Awaitility.await("all replicas have it, as " + node + " sees it")
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .untilAsserted(() -> {
                        JsonNode explained = accounts.explain(node, key);
                        int partition = explained.path("partition").asInt();
                        assertThat(explained.path("token").asText()).matches("[0-9a-f]{16}");
                        assertThat(explained.path("leader").asText()).isIn(cluster.nodes());
                        assertThat(explained.path("term").asLong()).isPositive();
                        assertThat(explained.path("homes")).isEqualTo(assignment.get(partition));
                        assertThat(explained.path("fallbacks")).isEmpty();
                        assertThat(explained.path("replicas")).hasSize(3).allSatisfy(replica -> {
                            assertThat(replica.path("home").asBoolean()).isTrue();
                            assertThat(replica.path("result").asText()).isEqualTo("value");
                            assertThat(replica.path("etag").asText()).isEqualTo(written.header("ETag"));
                            assertThat(replica.path("dots")).hasSize(1);
                            assertThat(replica.path("applied").asLong())
                                    .isGreaterThanOrEqualTo(Accounts.indexOf(written));
                            assertThat(replica.path("ms").isNumber()).isTrue();
                        });
                        assertThat(explained.path("merged").path("siblings").asInt())
                                .isEqualTo(1);
                        assertThat(explained.path("merged").path("dots"))
                                .isEqualTo(explained.path("replicas").get(0).path("dots"));
                        assertThat(explained.path("repair")).isEmpty();
                    });
            JsonNode missing = accounts.explain(node, TestCluster.newKey());
            assertThat(missing.path("replicas"))
                    .allSatisfy(replica ->
                            assertThat(replica.path("result").asText()).isEqualTo("absent"));
            assertThat(missing.path("merged").path("siblings").asInt()).isZero();
            assertThat(missing.path("merged").path("dots")).isEmpty();
        }
        Set<String> leaders = Set.copyOf(cluster.nodes().stream()
                .map(node -> accounts.explain(node, key).path("leader").asText())
                .toList());
        assertThat(leaders).hasSize(1);
    }
}
