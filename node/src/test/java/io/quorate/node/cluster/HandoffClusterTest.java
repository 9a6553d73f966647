package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Five nodes: others stand in for the homes of a key, and hand over what they kept. */
final class HandoffClusterTest {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(5);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void act(Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    private static List<String> others(List<String> homes) {
        List<String> others = new ArrayList<>(cluster.nodes());
        others.removeAll(homes);
        return others;
    }

    private static long hints(List<String> nodes) {
        long hints = 0;
        for (String node : nodes) {
            for (JsonNode target :
                    Http.get(cluster.url(node), "/v1/hints").expect(200).json().path("targets")) {
                hints += target.path("keys").asLong();
            }
        }
        return hints;
    }

    private static void awaitDrained(List<String> nodes) {
        Awaitility.await("hints to drain")
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(hints(nodes)).isZero());
    }

    private static void awaitPeers(List<String> nodes, int count) {
        nodes.forEach(node -> cluster.awaitPeers(node, count));
    }

    private static void writeWithTwoHomesDown(boolean restartHolder) {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        List<String> away = homes.subList(1, 3);
        List<String> there = new ArrayList<>(cluster.nodes());
        there.removeAll(away);
        away.forEach(node -> act(Action.STOP, node));
        awaitPeers(there, 2);

        Reply written = cluster.put(homes.get(0), key, "?level=QUORUM", "kept").expect(204);
        assertThat(written.result()).containsEntry("need", "2").containsEntry("homes", "1");
        assertThat(Integer.parseInt(written.result().getOrDefault("hinted", "0")))
                .isPositive();
        assertThat(cluster.put(homes.get(0), key, "?level=QUORUM&sloppy=false", "strict")
                        .problem(503, "unavailable")
                        .path("outcome")
                        .asText())
                .isEqualTo("not-applied");
        assertThat(hints(others(homes))).isPositive();
        if (restartHolder) {
            for (String holder : others(homes)) {
                act(Action.STOP, holder);
                act(Action.START, holder);
            }
            awaitPeers(there, 2);
            assertThat(hints(others(homes))).isPositive();
        }

        away.forEach(node -> act(Action.START, node));
        awaitPeers(cluster.nodes(), 4);
        awaitDrained(cluster.nodes());
        for (String home : homes) {
            assertThat(cluster.get(home, key, "?level=ONE").expect(200).text()).isEqualTo("kept");
        }
    }

    @Test
    void withTwoHomesStoppedAQuorumIsReachedByHintsWhichDrainByThemselves() {
        writeWithTwoHomesDown(false);
    }

    @Test
    void hintsOutliveTheirHoldersRestart() {
        writeWithTwoHomesDown(true);
    }

    @Test
    void withAllHomesIsolatedAnyIsTakenAndAppearsAtAQuorumAfterHealing() {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        List<String> others = others(homes);
        String isolated = String.join("\",\"", homes);
        cluster.fault(others.get(0), "{\"isolate\":[\"" + isolated + "\"]}").expect(200);
        awaitPeers(others, 1);

        Reply written = cluster.put(others.get(0), key, "?level=ANY", "any").expect(204);
        assertThat(written.result()).containsEntry("homes", "0").containsEntry("need", "1");
        Reply quorum =
                cluster.put(others.get(1), key, "?level=QUORUM", "quorum").expect(204);
        assertThat(quorum.result()).containsEntry("homes", "0").containsEntry("hinted", "2");
        Reply point = Http.request("POST", cluster.url(others.get(0)), "/v1/hints/sync-point")
                .send()
                .expect(201);
        String id = point.json().path("id").asText();
        Http.get(cluster.url(others.get(0)), "/v1/hints/sync-point/" + id + "?timeout=200ms")
                .expect(408);

        cluster.heal(others.get(0));
        awaitPeers(cluster.nodes(), 4);
        Http.get(cluster.url(others.get(0)), "/v1/hints/sync-point/" + id + "?timeout=20s")
                .expect(200);
        JsonNode siblings =
                cluster.siblings(homes.get(0), key, "?level=QUORUM").json().path("siblings");
        assertThat(siblings).hasSize(2);
        awaitDrained(cluster.nodes());
    }

    @Test
    void aSyncPointThatNobodyMadeIsRefused() {
        Http.get(cluster.url("n1"), "/v1/hints/sync-point/nonsense").problem(400, "bad-request");
    }
}
