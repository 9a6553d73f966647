package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static void act(io.quorate.node.http.FaultControl.Action action, String node) {
        cluster.demo()
                .act(action, io.quorate.ring.topology.NodeId.of(node))
                .toCompletableFuture()
                .join();
    }

    private static void start(String node) {
        act(io.quorate.node.http.FaultControl.Action.START, node);
    }

    private static void end(String node) {
        act(io.quorate.node.http.FaultControl.Action.STOP, node);
    }

    private static void kill(String node) {
        act(io.quorate.node.http.FaultControl.Action.KILL, node);
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
        cluster.put("n1", key, "?level=ALL", "never").problem(503, "unavailable");
        cluster.get("n3", key, "?level=ALL").problem(503, "unavailable");
        cluster.putOver("n3", key, cluster.get("n3", key).context(), "new").expect(204);

        start("n2");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));

        assertThat(cluster.get("n2", key).expect(200).text()).isEqualTo("new");
        cluster.get("n2", key, "?level=ALL").expect(200);
        assertThat(cluster.get("n2", key, "?level=ONE").expect(200).text()).isEqualTo("new");
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

    @Test
    void clusterThatWasStoppedWholeServesAgainAsSoonAsEnoughNodesAreBack() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "kept").expect(204);
        cluster.nodes().forEach(NodeLossTest::end);

        start("n2");
        assertThat(cluster.get("n2", key, "?level=ONE").expect(200).text()).isEqualTo("kept");

        long from = System.nanoTime();
        start("n3");
        Awaitility.await("QUORUM of two nodes")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.get("n3", key).status() == 200
                        && cluster.put("n2", TestCluster.newKey(), "v").status() == 204);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from)).isLessThan(10);
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
        cluster.demo().board().delay(io.quorate.ring.topology.NodeId.of("n1"), 300);
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
