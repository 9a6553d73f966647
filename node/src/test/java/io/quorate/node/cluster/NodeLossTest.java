package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three nodes, of which some go and come back. */
final class NodeLossTest {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @AfterEach
    void allNodesAgain() {
        cluster.demo().board().clear();
        cluster.nodes().forEach(NodeLossTest::start);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    private static void act(Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    private static void start(String node) {
        act(Action.START, node);
    }

    private static void end(String node) {
        act(Action.STOP, node);
    }

    private static void kill(String node) {
        act(Action.KILL, node);
    }

    @Test
    void quorumWriteIsReadAtQuorumThroughAnyNodeWithAnyOneDown() {
        for (String down : cluster.nodes()) {
            List<String> up = new ArrayList<>(cluster.nodes());
            up.remove(down);
            String before = TestCluster.newKey();
            cluster.put("n1", before, "written before").expect(204);
            kill(down);
            up.forEach(node -> cluster.awaitPeers(node, 1));
            for (String writer : up) {
                String key = TestCluster.newKey();
                cluster.put(writer, key, "by " + writer).expect(204);
                for (String reader : up) {
                    assertThat(cluster.get(reader, key).expect(200).text()).isEqualTo("by " + writer);
                    assertThat(cluster.get(reader, before).expect(200).text()).isEqualTo("written before");
                }
            }
            start(down);
            cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        }
    }

    @Test
    void oneNodeDownStopsAllButNotQuorumAndItServesWhenItIsBack() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "old").expect(204);
        end("n2");
        cluster.awaitPeers("n1", 1);
        cluster.awaitPeers("n3", 1);
        assertNeedsN2(() -> cluster.put("n1", key, "?level=ALL&timeout=20s", "never"));
        assertNeedsN2(() -> cluster.get("n3", key, "?level=ALL&timeout=20s"));
        assertNeedsN2(() -> cluster.delete("n3", key, "?level=ALL&timeout=20s"));
        cluster.putOver("n3", key, cluster.get("n3", key).context(), "new").expect(204);

        start("n2");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));

        assertThat(cluster.get("n2", key).expect(200).text()).isEqualTo("new");
        cluster.get("n2", key, "?level=ALL").expect(200);
        assertThat(cluster.get("n2", key, "?level=ONE").expect(200).text()).isEqualTo("new");
    }

    /** Refused at once, long before the deadline, by the name of the node that is missed, with nothing done. */
    private static void assertNeedsN2(Supplier<Reply> request) {
        long from = System.nanoTime();
        JsonNode problem = request.get().problem(503, "unavailable");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(2_000);
        assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
        assertThat(problem.path("need").asInt()).isEqualTo(3);
        assertThat(problem.path("replicas").toString()).isEqualTo("[{\"node\":\"n2\",\"result\":\"unreachable\"}]");
        assertThat(problem.path("detail").asText()).contains("n2");
    }

    @Test
    void twoNodesDownLeaveReadsAndWritesAtOne() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "kept").expect(204);
        kill("n1");
        end("n3");
        cluster.awaitPeers("n2", 0);
        assertThat(cluster.get("n2", key, "?level=ONE").expect(200).text()).isEqualTo("kept");
        cluster.get("n2", key).problem(503, "unavailable");
        cluster.put("n2", key, "?level=ONE", "beside").expect(204);
    }

    /** Also in the moment in which the survivor does not know yet that it is alone. */
    @Test
    void twoNodesKilledLeaveNothingOfAQuorumWriteThatSaysItWasNotApplied() {
        kill("n1");
        kill("n3");
        List<String> notApplied = new ArrayList<>();
        Reply[] last = new Reply[1];
        Awaitility.await("the survivor to know that it is alone")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    String key = TestCluster.newKey();
                    last[0] = cluster.put("n2", key, "?level=QUORUM&timeout=200ms", "v");
                    assertThat(last[0].status()).as(last[0].toString()).isIn(503, 504);
                    if (last[0].json().path("outcome").asText().equals("not-applied")) {
                        notApplied.add(key);
                    } else {
                        assertThat(last[0].json().path("outcome").asText()).isEqualTo("maybe-applied");
                    }
                    return last[0].status() == 503
                            && last[0].json().path("replicas").size() == 2;
                });
        JsonNode problem = last[0].problem(503, "unavailable");
        assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
        assertThat(problem.path("need").asInt()).isEqualTo(2);
        assertThat(problem.path("replicas"))
                .extracting(replica -> replica.path("node").asText() + " "
                        + replica.path("result").asText())
                .containsExactlyInAnyOrder("n1 unreachable", "n3 unreachable");
        notApplied.forEach(key -> cluster.get("n2", key, "?level=ONE").problem(404, "not-found"));

        allNodesAgain();
        notApplied.forEach(key -> cluster.get("n2", key, "?level=ALL").problem(404, "not-found"));
    }

    @Test
    void clusterThatWasStoppedWholeServesAgainAsSoonAsEnoughNodesAreBack() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "kept").expect(204);
        cluster.nodes().forEach(NodeLossTest::end);

        start("n2");
        assertThat(cluster.get("n2", key, "?level=ONE").expect(200).text()).isEqualTo("kept");
        cluster.get("n2", key).problem(503, "unavailable");
        cluster.put("n2", key, "never").problem(503, "unavailable");
        String alone = TestCluster.newKey();
        cluster.put("n2", alone, "?level=ONE", "alone").expect(204);

        long from = System.nanoTime();
        start("n3");
        Awaitility.await("QUORUM of two nodes")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.get("n3", key).status() == 200
                        && cluster.put("n2", TestCluster.newKey(), "v").status() == 204);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from)).isLessThan(10);
        assertThat(cluster.get("n3", key).expect(200).text()).isEqualTo("kept");
        assertThat(cluster.get("n3", alone).expect(200).text()).isEqualTo("alone");
    }

    @Test
    void nodeThatMissedADeleteDoesNotBringTheOldValueBack() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "old").expect(204);
        kill("n3");
        cluster.awaitPeers("n1", 1);
        cluster.awaitPeers("n2", 1);
        cluster.delete("n2", key, "").expect(204);
        cluster.get("n1", key).problem(404, "not-found");
        cluster.put("n1", key, "new").expect(204);

        start("n3");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));

        for (String level : List.of("QUORUM", "ALL", "ONE")) {
            for (String node : cluster.nodes()) {
                assertThat(cluster.get(node, key, "?level=" + level).expect(200).text())
                        .as("%s through %s", level, node)
                        .isEqualTo("new");
            }
        }
    }

    @Test
    void retryThroughAnotherNodeOfAWriteThatADeadNodeHoldsAloneIsTheSameWrite() {
        String key = cluster.keyAt("n2", "n1");
        cluster.demo().board().isolate(Set.of(NodeId.of("n1")));
        Reply lost = ordered("n1", key, "?timeout=400ms");
        assertThat(lost.json().path("outcome").asText()).isEqualTo("maybe-applied");
        cluster.fault("n2", "{\"kill\":\"n1\"}").expect(200);
        cluster.demo().board().clear();
        cluster.awaitPeers("n2", 1);
        cluster.awaitPeers("n3", 1);

        ordered("n2", key, "").expect(204);

        cluster.fault("n2", "{\"start\":\"n1\"}").expect(200);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        assertThat(cluster.get("n1", key, "?level=ONE").expect(200).text()).isEqualTo("v");
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key, "?level=ALL").expect(200).text()).isEqualTo("v");
        }
        String seen = cluster.get("n3", key, "?level=ALL").context();
        cluster.request("n3", "PUT", key, "?level=ALL")
                .header("Quorate-Context", seen)
                .body("over it")
                .send()
                .expect(204);
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key, "?level=ONE").expect(200).text()).isEqualTo("over it");
        }
    }

    private static Reply ordered(String node, String key, String query) {
        return cluster.request(node, "PUT", key, query)
                .header("Idempotency-Key", "order-" + key)
                .body("v")
                .send();
    }

    @Test
    void acknowledgedWritesSurviveTheKillOfAllNodesAtOnce() {
        Map<String, String> written = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            String key = TestCluster.newKey();
            cluster.put(cluster.nodes().get(i % 3), key, i % 2 == 0 ? "" : "?level=ALL", "v" + i)
                    .expect(204);
            written.put(key, "v" + i);
        }

        cluster.nodes().parallelStream().forEach(NodeLossTest::kill);
        cluster.nodes().forEach(NodeLossTest::start);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));

        written.forEach((key, value) ->
                assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo(value));
        String context = cluster.get("n1", written.keySet().iterator().next()).context();
        String first = written.keySet().iterator().next();
        cluster.putOver("n2", first, context, "goes on").expect(204);
        assertThat(cluster.get("n3", first).expect(200).text()).isEqualTo("goes on");
    }

    @Test
    void killedNodeKeepsItsDataAndItsIdentity() {
        String key = TestCluster.newKey();
        cluster.put("n3", key, "?level=ALL", "kept").expect(204);
        String context = cluster.get("n1", key).context();
        for (int i = 0; i < 2; i++) {
            kill("n3");
            start("n3");
        }
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        assertThat(cluster.get("n3", key, "?r=1").expect(200).text()).isEqualTo("kept");
        cluster.putOver("n3", key, context, "next").expect(204);
        assertThat(cluster.get("n1", key, "?level=ALL").expect(200).text()).isEqualTo("next");
    }

    @Test
    void stopLetsRequestsInFlightFinish() throws Exception {
        String key = TestCluster.newKey();
        cluster.demo().board().delay(NodeId.of("n1"), 300);
        AtomicInteger status = new AtomicInteger();
        Thread writer = new Thread(() -> status.set(
                cluster.put("n1", key, "?level=ALL&timeout=10s", "in flight").status()));
        writer.start();
        Awaitility.await("the write to be in flight")
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> cluster.self("n1").path("counts").path("inFlight").asInt() == 1);
        end("n1");
        writer.join(10_000);
        assertThat(status.get()).isEqualTo(204);
        cluster.demo().board().clear();
        assertThat(cluster.get("n2", key).expect(200).text()).isEqualTo("in flight");
    }

    @Test
    void stopUnderLoadLosesNoAcknowledgedWrite() throws Exception {
        Map<String, String> acknowledged = new LinkedHashMap<>();
        List<Integer> statuses = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            while (!over.get()) {
                String key = TestCluster.newKey();
                try {
                    int status = cluster.put("n2", key, "v").status();
                    statuses.add(status);
                    if (status == 204) {
                        acknowledged.put(key, "v");
                    }
                } catch (java.io.UncheckedIOException refused) {
                    return;
                }
            }
        });
        writer.start();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> statuses.size() > 50);
        end("n2");
        over.set(true);
        writer.join(10_000);
        cluster.awaitPeers("n1", 1);
        assertThat(statuses).allSatisfy(status -> assertThat(status).isIn(204, 503));
        acknowledged.keySet().forEach(key -> cluster.get("n1", key).expect(200));
    }
}
