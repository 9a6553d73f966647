package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults that lessons and tests do to a demo cluster, through its HTTP API. */
final class FaultInjectionTest {
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
    void healEverything() {
        String alive = cluster.demo().stopped().isEmpty() ? "n1" : alive();
        cluster.heal(alive);
        cluster.demo()
                .stopped()
                .forEach(node ->
                        cluster.fault(alive, "{\"start\":\"" + node + "\"}").expect(200));
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    private static String alive() {
        return cluster.nodes().stream()
                .filter(node -> cluster.demo().stopped().stream()
                        .noneMatch(down -> down.value().equals(node)))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode listed(String node) {
        return Http.get(cluster.url(node), "/v1/faults").expect(200).json();
    }

    @Test
    void nothingIsListedWhenNothingIsInForce() {
        assertThat(listed("n1").toString()).isEqualTo("{\"isolated\":[],\"cuts\":[],\"delays\":[],\"stopped\":[]}");
    }

    @Test
    void faultsAddUpAndAreListedByEveryNode() {
        cluster.fault("n1", "{\"cut-one-way\":{\"from\":[\"n1\"],\"to\":[\"n2\"]}}")
                .expect(200);
        cluster.fault("n2", "{\"delay\":{\"node\":\"n3\",\"ms\":5}}").expect(200);
        JsonNode all = cluster.fault("n3", "{\"isolate\":[\"n3\"]}").expect(200).json();

        assertThat(all.path("isolated")).hasSize(1);
        assertThat(all.path("cuts").toString()).isEqualTo("[{\"from\":\"n1\",\"to\":\"n2\"}]");
        assertThat(all.path("delays").toString()).isEqualTo("[{\"node\":\"n3\",\"ms\":5}]");
        for (String node : cluster.nodes()) {
            assertThat(listed(node)).isEqualTo(all);
        }
        Reply healed =
                Http.request("DELETE", cluster.url("n2"), "/v1/faults").send().expect(200);
        assertThat(healed.json().path("isolated")).isEmpty();
        assertThat(listed("n1").path("cuts")).isEmpty();
    }

    @Test
    void isolatedNodeIsMissedWithinThreeSecondsAndFoundAgain() {
        long from = System.nanoTime();
        cluster.fault("n1", "{\"isolate\":[\"n3\"]}").expect(200);
        cluster.awaitPeers("n1", 1);
        cluster.awaitPeers("n2", 1);
        cluster.awaitPeers("n3", 0);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(3_000);
        cluster.get("n3", TestCluster.newKey(), "?level=QUORUM").problem(503, "unavailable");
        assertThat(Http.get(cluster.url("n3"), "/healthz/cluster")
                        .json()
                        .path("partitionsBelowQuorum")
                        .asInt())
                .isEqualTo(16);
        assertThat(Http.get(cluster.url("n1"), "/healthz/cluster")
                        .expect(200)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("degraded");
        cluster.heal("n3");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    @Test
    void cutGroupsDoNotHearEachOther() {
        cluster.fault("n1", "{\"cut\":[[\"n1\"],[\"n2\",\"n3\"]]}").expect(200);
        cluster.awaitPeers("n1", 0);
        cluster.awaitPeers("n2", 1);
        String key = TestCluster.newKey();
        cluster.put("n2", key, "v").expect(204);
        cluster.put("n1", key, "w").problem(503, "unavailable");
        assertThat(cluster.get("n3", key).text()).isEqualTo("v");
    }

    @Test
    void delayedNodeAnswersLaterByTheWayThereAndBack() {
        String key = TestCluster.newKey();
        cluster.fault("n1", "{\"delay\":{\"node\":\"n2\",\"ms\":150}}").expect(200);
        long from = System.nanoTime();
        cluster.put("n1", key, "?level=ALL&timeout=5s", "v").expect(204);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        assertThat(millis).isBetween(290L, 2_000L);
        from = System.nanoTime();
        cluster.put("n1", TestCluster.newKey(), "?level=QUORUM", "v").expect(204);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(290);
        cluster.awaitPeers("n1", 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "kill"})
    void endedNodeFreesItsPortsIsMissedAndComesBackWithItsData(String way) {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "kept").expect(204);
        long from = System.nanoTime();

        Reply done = cluster.fault("n2", "{\"" + way + "\":\"n3\"}").expect(200);

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(5_000);
        assertThat(done.json().path("stopped").toString()).isEqualTo("[\"n3\"]");
        int http = URI.create(cluster.url("n3")).getPort();
        assertThat(Ports.allFree(http, 1)).isTrue();
        assertThat(Ports.allFree(http + 3, 1)).isTrue();
        cluster.awaitPeers("n1", 1);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(8_000);
        cluster.heal("n1");
        assertThat(listed("n1").path("stopped")).as("healing starts no node").hasSize(1);

        cluster.fault("n1", "{\"start\":\"n3\"}").expect(200);

        assertThat(cluster.get("n3", key, "?level=ONE").expect(200).text()).isEqualTo("kept");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    @Test
    void killedNodeIsMissedWithinThreeSeconds() {
        long from = System.nanoTime();
        cluster.fault("n1", "{\"kill\":\"n2\"}").expect(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.self("n1").path("peersUp").size() == 1
                        && cluster.self("n3").path("peersUp").size() == 1);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(5_000);
    }

    @Test
    void startOfARunningNodeAndStopOfAStoppedOneChangeNothing() {
        cluster.fault("n1", "{\"start\":\"n2\"}").expect(200);
        cluster.fault("n1", "{\"stop\":\"n2\"}").expect(200);
        cluster.fault("n1", "{\"stop\":\"n2\"}").expect(200);
        cluster.fault("n1", "{\"kill\":\"n2\"}").expect(200);
        assertThat(listed("n3").path("stopped").toString()).isEqualTo("[\"n2\"]");
    }

    @Test
    void wipedNodeComesBackEmptyAndTheOthersStillHaveEverything() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "kept").expect(204);

        cluster.fault("n1", "{\"wipe\":\"n2\"}").expect(200);

        assertThat(cluster.self("n2").path("uptimeSeconds").asInt()).isLessThan(10);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key).expect(200).text()).isEqualTo("kept");
        }
    }

    @Test
    void nodeCanBeStoppedThroughItsOwnAddress() {
        cluster.fault("n2", "{\"stop\":\"n2\"}").expect(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> listed("n1").path("stopped").toString().equals("[\"n2\"]"));
        cluster.fault("n1", "{\"start\":\"n2\"}").expect(200);
        cluster.fault("n2", "{\"kill\":\"n2\"}").expect(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> listed("n1").path("stopped").toString().equals("[\"n2\"]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"explode\":\"n1\"}",
                "{\"stop\":\"n9\"}",
                "{\"stop\":7}",
                "{\"stop\":\"no such!\"}",
                "{\"isolate\":\"n1\"}",
                "{\"isolate\":[]}",
                "{\"isolate\":[\"n9\"]}",
                "{\"cut\":[[\"n1\"]]}",
                "{\"cut\":[[\"n1\"],[]]}",
                "{\"cut-one-way\":{\"from\":[\"n1\"]}}",
                "{\"delay\":{\"node\":\"n1\"}}",
                "{\"delay\":{\"node\":\"n1\",\"ms\":-1}}",
                "{\"delay\":{\"node\":\"n1\",\"ms\":60001}}",
                "{\"delay\":{\"node\":\"n1\",\"ms\":\"5\"}}",
                "{\"isolate\":[\"n1\"],\"explode\":\"n2\"}",
                "{\"cut-one-way\":{\"from\":[\"n1\"],\"to\":[\"n2\"],\"x\":1}}"
            })
    void wrongFaultIsRefusedAndNothingOfItIsDone(String json) {
        cluster.fault("n1", json).problem(400, "bad-request");
        assertThat(listed("n1").path("isolated")).isEmpty();
        assertThat(listed("n1").path("cuts")).isEmpty();
    }

    @Test
    void otherMethodsAreRefused() {
        assertThat(Http.request("PUT", cluster.url("n1"), "/v1/faults")
                        .json("{}")
                        .send()
                        .expect(405)
                        .header("Allow"))
                .contains("GET", "POST", "DELETE");
    }
}
