package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The levels of a leader bucket; those of the other mode are refused, and never taken for one of these. */
@ExtendWith(SharedCluster.class)
final class LeaderLevelContractTest {
    private static final String[] READS = {"LINEARIZABLE", "LEASE", "FOLLOWER"};
    private static final String[] WRITES = {"ASYNC", "SEMI_SYNC", "SYNC"};

    private final TestCluster cluster;
    private final Accounts accounts;

    LeaderLevelContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private String leaderOf(String key) {
        return accounts.explain("n1", key).path("leader").asText();
    }

    /** A key that every node shows to readers who take what it has. */
    private String keyThatAllHave() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "?level=SYNC&timeout=10s", "v").expect(204);
        for (String node : cluster.nodes()) {
            Awaitility.await("the value at " + node)
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> accounts.get(node, key, "?level=FOLLOWER").status() == 200);
        }
        return key;
    }

    @ParameterizedTest
    @ValueSource(strings = {"LINEARIZABLE", "LEASE", "linearizable", "Lease"})
    void readThatMustBeNewIsTheLeadersAnswerAtAnyNode(String level) {
        String key = TestCluster.newKey();
        for (String node : cluster.nodes()) {
            accounts.put("n2", key, "for " + node).expect(204);
            Reply read = accounts.get(node, key, "?level=" + level).expect(200);
            assertThat(read.text()).isEqualTo("for " + node);
            assertThat(read.result())
                    .containsEntry("level", level.toUpperCase(Locale.ROOT))
                    .containsEntry("role", "leader")
                    .containsEntry("lag-ms", "0");
        }
    }

    @Test
    void followerReadIsTheAskedNodesOwnAnswer() {
        String key = keyThatAllHave();
        String leader = leaderOf(key);
        for (String node : cluster.nodes()) {
            for (String query : new String[] {"?level=FOLLOWER", "?level=follower", "?level=Follower&max-lag=60s"}) {
                Reply read = accounts.get(node, key, query).expect(200);
                assertThat(read.text()).isEqualTo("v");
                assertThat(read.result()).containsEntry("level", "FOLLOWER");
                assertThat(read.result()).containsEntry("role", node.equals(leader) ? "leader" : "follower");
                assertThat(Long.parseLong(read.result().getOrDefault("lag-ms", "")))
                        .isBetween(0L, 60_000L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "40ms", "500ms", "60s", "5S"})
    void followerThatMayBeTooFarBehindLeavesTheAnswerToTheLeader(String lag) {
        String key = keyThatAllHave();
        long millis = lag.endsWith("ms")
                ? Long.parseLong(lag, 0, lag.length() - 2, 10)
                : 1000 * Long.parseLong(lag, 0, lag.length() - 1, 10);
        for (String node : cluster.nodes()) {
            for (int i = 0; i < 5; i++) {
                Reply read = accounts.get(node, key, "?level=FOLLOWER&max-lag=" + lag)
                        .expect(200);
                assertThat(read.result()).containsEntry("level", "FOLLOWER");
                assertThat(Long.parseLong(read.result().getOrDefault("lag-ms", "")))
                        .isBetween(0L, millis);
            }
        }
    }

    /** An answer names what was reached, and a majority may be faster than the leader's own disk. */
    private static void reached(Reply written, String level) {
        String wanted = level.toUpperCase(Locale.ROOT);
        assertThat(written.result().get("level")).isIn(wanted, wanted.equals("ASYNC") ? "SEMI_SYNC" : wanted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC", "SEMI_SYNC", "SYNC", "async", "Semi_Sync", "sync"})
    void writeReachesItsLevelThroughAnyNode(String level) {
        String key = TestCluster.newKey();
        String query = "?timeout=10s&level=" + level;
        for (String node : cluster.nodes()) {
            Reply written = accounts.put(node, key, query, "by " + node).expect(204);
            reached(written, level);
            assertThat(written.result()).containsEntry("role", "leader");
            Reply read = accounts.get(node, key, "?timeout=10s").expect(200);
            assertThat(read.text()).isEqualTo("by " + node);
            assertThat(read.header("ETag")).isEqualTo(written.header("ETag"));
            Reply deleted = accounts.request(node, "DELETE", key, query).send().expect(204);
            reached(deleted, level);
            accounts.get(node, key, "?timeout=10s").problem(404, "not-found");
        }
    }

    private void refused(String key, String query, String... words) {
        for (Reply reply : new Reply[] {
            accounts.get("n1", key, query),
            accounts.put("n2", key, query, "lost"),
            accounts.request("n3", "DELETE", key, query).send()
        }) {
            assertThat(reply.problem(422, "level-not-in-mode").path("detail").asText())
                    .contains(words);
        }
        assertThat(accounts.get("n1", key).expect(200).text()).isEqualTo("v");
    }

    @Test
    void levelOfALeaderlessBucketIsRefusedWithTheLevelsOfThisMode() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "v").expect(204);
        for (String level : new String[] {
            "ANY", "ONE", "TWO", "THREE", "QUORUM", "ALL", "quorum", "LOCAL_ONE", "LOCAL_QUORUM", "EACH_QUORUM"
        }) {
            refused(key, "?level=" + level, "LINEARIZABLE", "LEASE", "FOLLOWER", "ASYNC", "SEMI_SYNC", "SYNC", level);
        }
    }

    @Test
    void whatBelongsToLeaderlessBucketsIsRefusedWithTheLevelsOfThisMode() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "v").expect(204);
        for (String query : new String[] {"sloppy=true", "sloppy=false", "level=FOLLOWER&sloppy=false"}) {
            assertThat(accounts.get("n1", key, "?" + query)
                            .problem(422, "level-not-in-mode")
                            .path("detail")
                            .asText())
                    .contains(READS);
        }
        for (String query :
                new String[] {"sloppy=true", "sloppy=false", "w=1", "w=2", "w=9", "level=SYNC&sloppy=true"}) {
            assertThat(accounts.put("n2", key, "?" + query, "lost")
                            .problem(422, "level-not-in-mode")
                            .path("detail")
                            .asText())
                    .contains(WRITES);
            accounts.request("n3", "DELETE", key, "?" + query).send().problem(422, "level-not-in-mode");
        }
        for (String count : new String[] {"0", "1", "3", "9"}) {
            assertThat(accounts.get("n2", key, "?r=" + count)
                            .problem(422, "level-not-in-mode")
                            .path("detail")
                            .asText())
                    .contains(READS)
                    .contains("r=" + count);
        }
        accounts.get("n1", key, "?r=two").problem(400, "bad-request");
        accounts.get("n1", key, "?sloppy=maybe").problem(400, "bad-request");
        assertThat(accounts.get("n1", key).text()).isEqualTo("v");
    }

    @Test
    void levelOfWritesIsNoneOfReadsAndTheOtherWayRound() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "v").expect(204);
        for (String level : WRITES) {
            assertThat(accounts.get("n1", key, "?level=" + level)
                            .problem(422, "level-not-in-mode")
                            .path("detail")
                            .asText())
                    .contains(READS);
        }
        for (String level : READS) {
            assertThat(accounts.put("n1", key, "?level=" + level, "lost")
                            .problem(422, "level-not-in-mode")
                            .path("detail")
                            .asText())
                    .contains(WRITES);
            accounts.request("n1", "DELETE", key, "?level=" + level).send().problem(422, "level-not-in-mode");
        }
        assertThat(accounts.get("n1", key).text()).isEqualTo("v");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "LINEARISABLE", "SEMISYNC", "semi-sync", "LEADER"})
    void unknownLevelIsRefusedWithTheLevelsThatThereAre(String level) {
        String key = TestCluster.newKey();
        for (Reply reply : new Reply[] {
            accounts.get("n1", key, "?level=" + level),
            accounts.put("n2", key, "?level=" + level, "lost"),
            accounts.request("n3", "DELETE", key, "?level=" + level).send()
        }) {
            assertThat(reply.problem(400, "bad-level").path("detail").asText())
                    .contains("level=" + level)
                    .contains(READS)
                    .contains(WRITES);
        }
        accounts.get("n1", key).problem(404, "not-found");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,max-lag=500ms,max-lag",
        "GET,level=LINEARIZABLE&max-lag=500ms,max-lag",
        "GET,level=LEASE&max-lag=500ms,max-lag",
        "GET,level=FOLLOWER&max-lag=0ms,max-lag",
        "GET,level=FOLLOWER&max-lag=500,max-lag",
        "GET,level=FOLLOWER&max-lag=61s,max-lag",
        "GET,level=FOLLOWER&max-lag=,max-lag",
        "GET,level=FOLLOWER&max-lag=-1s,max-lag",
        "GET,level=FOLLOWER&max-lag=1s&max-lag=1s,max-lag",
        "PUT,max-lag=500ms,max-lag",
        "DELETE,max-lag=500ms,max-lag",
        "GET,level=LEASE&r=1,r=1",
        "PUT,level=SYNC&w=1,w=1",
        "GET,w=1,w",
        "PUT,r=1,r",
        "GET,timeout=0ms,timeout",
        "GET,colour=red,colour",
    })
    void parameterThatDoesNotFitIsNamed(String method, String query, String name) {
        Http request = accounts.request("n1", method, TestCluster.newKey(), "?" + query);
        Reply reply = (method.equals("PUT") ? request.body("v") : request).send();
        assertThat(reply.problem(400, "bad-request").path("detail").asText()).contains(name);
    }

    @Test
    void maxLagIsNothingForALeaderlessBucket() {
        for (String query : new String[] {"?max-lag=1s", "?level=ONE&max-lag=1s"}) {
            assertThat(cluster.get("n1", TestCluster.newKey(), query)
                            .problem(422, "level-not-in-mode")
                            .path("detail")
                            .asText())
                    .contains("max-lag", "QUORUM", "ALL");
        }
    }

    @Test
    void requestsWithoutALevelTakeThatOfTheBucketsDefinition() {
        String path = "/v1/buckets/led-defaults";
        String key = path + "/keys/k";
        for (int i = 0; i < READS.length; i++) {
            Http.request("PUT", cluster.url("n1"), path)
                    .json("{\"mode\":\"leader\",\"read\":\"" + READS[i] + "\",\"write\":\"" + WRITES[i] + "\"}")
                    .send()
                    .expect(i == 0 ? 201 : 200);
            for (String node : cluster.nodes()) {
                Reply written = Http.request("PUT", cluster.url(node), key + "?timeout=10s")
                        .body("v")
                        .send()
                        .expect(204);
                reached(written, WRITES[i]);
                Reply read = Http.request("GET", cluster.url(node), key + "?timeout=10s")
                        .header("Quorate-Session", written.header("Quorate-Session"))
                        .send()
                        .expect(200);
                assertThat(read.result()).containsEntry("level", READS[i]);
                assertThat(Http.get(cluster.url(node), key + "?level=lease").result())
                        .containsEntry("level", "LEASE");
            }
            if (READS[i].equals("FOLLOWER")) {
                assertThat(Http.get(cluster.url("n2"), key + "?max-lag=10s").result())
                        .containsEntry("level", "FOLLOWER");
            }
        }
        Http.request("DELETE", cluster.url("n1"), path).send().expect(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "3ms"})
    void shortDeadlineEndsTheCallInOneOfTheWaysOfTheContract(String timeout) {
        for (String node : cluster.nodes()) {
            for (int i = 0; i < 5; i++) {
                String key = TestCluster.newKey();
                Reply written = accounts.put(node, key, "?timeout=" + timeout, "v");
                switch (written.status()) {
                    case 204 -> assertThat(written.header("ETag")).isNotEmpty();
                    case 503 ->
                        assertThat(written.problem(503, "no-leader")
                                        .path("outcome")
                                        .asText())
                                .isEqualTo("not-applied");
                    case 504 ->
                        assertThat(written.problem(504, "timeout")
                                        .path("outcome")
                                        .asText())
                                .isEqualTo("maybe-applied");
                    default -> assertThat(written.status()).isEqualTo(429);
                }
                Reply read = accounts.get(node, key, "?timeout=" + timeout);
                assertThat(read.status()).isIn(200, 404, 429, 503, 504);
                if (read.status() >= 500) {
                    assertThat(read.json().path("outcome").asText()).isEqualTo("not-applied");
                }
            }
        }
    }
}
