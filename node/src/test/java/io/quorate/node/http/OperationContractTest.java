package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring, nodes, health and metrics as operators and other programs read them. */
@ExtendWith(SharedCluster.class)
final class OperationContractTest {
    private final TestCluster cluster;

    OperationContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void ringIsTheSameAtEveryNodeAndNamesAllNodes() {
        JsonNode ring = Http.get(cluster.url("n1"), "/v1/ring").expect(200).json();
        assertThat(ring.path("partitions").asInt()).isEqualTo(16);
        assertThat(ring.path("replicas").asInt()).isEqualTo(3);
        assertThat(ring.path("epoch").asLong()).isPositive();
        List<String> urls = new ArrayList<>();
        for (JsonNode node : ring.path("nodes")) {
            urls.add(node.path("http").asText());
            assertThat(node.path("state").asText()).isEqualTo("serving");
            assertThat(node.path("dc").isTextual()).isTrue();
            assertThat(node.path("zone").isTextual()).isTrue();
            assertThat(node.path("capacity").isNumber()).isTrue();
        }
        assertThat(urls).containsExactlyElementsOf(cluster.demo().urls());
        for (String node : cluster.nodes()) {
            assertThat(Http.get(cluster.url(node), "/v1/ring").json().path("assignment"))
                    .isEqualTo(ring.path("assignment"));
        }
    }

    @Test
    void everyPartitionHasItsHomesAndFirstPlacesAreBalanced() {
        JsonNode assignment = Http.get(cluster.url("n1"), "/v1/ring").json().path("assignment");
        Map<String, Integer> firsts = new HashMap<>();
        assertThat(assignment).hasSize(16).allSatisfy(homes -> {
            assertThat(homes).hasSize(3).doesNotHaveDuplicates();
            firsts.merge(homes.get(0).asText(), 1, Integer::sum);
        });
        assertThat(firsts).hasSize(3);
        int most = firsts.values().stream().max(Integer::compare).orElseThrow();
        int least = firsts.values().stream().min(Integer::compare).orElseThrow();
        assertThat(most - least).isLessThanOrEqualTo(2);
    }

    @Test
    void ringIsNotSentAgainToWhoHasIt() {
        Reply ring = Http.get(cluster.url("n1"), "/v1/ring");
        assertThat(ring.header("ETag"))
                .isEqualTo("\"" + ring.json().path("epoch").asLong() + "\"");
        Reply again = Http.request("GET", cluster.url("n2"), "/v1/ring")
                .header("If-None-Match", ring.header("ETag"))
                .send()
                .expect(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.header("ETag")).isEqualTo(ring.header("ETag"));
        Http.request("GET", cluster.url("n2"), "/v1/ring")
                .header("If-None-Match", "\"0\", W/" + ring.header("ETag"))
                .send()
                .expect(304);
        Http.request("GET", cluster.url("n2"), "/v1/ring")
                .header("If-None-Match", "\"0\"")
                .send()
                .expect(200);
    }

    @Test
    void nodeReportsItself() {
        JsonNode self = cluster.self("n2");
        assertThat(self.path("id").asText()).isEqualTo("n2");
        assertThat(self.path("state").asText()).isEqualTo("serving");
        assertThat(self.path("version").asText()).isNotBlank();
        assertThat(self.path("uptimeSeconds").isIntegralNumber()).isTrue();
        assertThat(self.path("epoch").asLong()).isPositive();
        for (String count : new String[] {"keys", "hints", "repairs", "siblings"}) {
            assertThat(self.path("counts").path(count).isIntegralNumber())
                    .as(count)
                    .isTrue();
        }
        assertThat(self.path("storage").path("bytes").asLong()).isPositive();
    }

    @Test
    void nodesAreReportedByAnyOfThem() {
        List<String> ids = new ArrayList<>();
        Http.get(cluster.url("n3"), "/v1/nodes")
                .expect(200)
                .json()
                .path("nodes")
                .forEach(node -> {
                    ids.add(node.path("id").asText());
                    assertThat(node.path("state").asText()).isEqualTo("serving");
                });
        assertThat(ids).containsExactly("n1", "n2", "n3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/startupz", "/readyz", "/healthz/cluster"})
    void healthyNodeSaysSo(String target) {
        Reply reply = Http.get(cluster.url("n1"), target).expect(200);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        assertThat(reply.json().path("status").asText()).isEqualTo("ok");
        assertThat(Http.request("HEAD", cluster.url("n1"), target)
                        .send()
                        .expect(200)
                        .body())
                .isEmpty();
    }

    @Test
    void metricsAreTextWithTheNamesOfTheContract() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "v").expect(204);
        cluster.get("n1", key).expect(200);
        cluster.get("n1", key, "?level=NONSENSE").expect(400);

        Reply reply = Http.get(cluster.url("n1"), "/metrics").expect(200);

        assertThat(reply.header("Content-Type")).startsWith("text/plain");
        assertThat(reply.text())
                .contains(
                        "quorate_request_seconds_count",
                        "op=\"put\"",
                        "op=\"get\"",
                        "mode=\"leaderless\"",
                        "level=\"QUORUM\"",
                        "outcome=\"ok\"",
                        "outcome=\"bad-level\"",
                        "quorate_siblings",
                        "quorate_storage_fsync_seconds",
                        "quorate_storage_batch",
                        "quorate_epoch");
        assertThat(reply.text().lines().filter(line -> !line.startsWith("#")))
                .allSatisfy(line -> assertThat(line).matches("quorate_[a-z0-9_]+(\\{.*})? [-+0-9.eENaInf]+"));
    }

    @Test
    void requestsOfReplicasAreMeasuredByPeer() {
        for (int i = 0; i < 10; i++) {
            cluster.put("n1", TestCluster.newKey(), "?level=ALL", "v").expect(204);
        }
        assertThat(Http.get(cluster.url("n1"), "/metrics").text())
                .contains("quorate_replica_request_seconds_count")
                .contains("peer=\"n2\"")
                .contains("peer=\"n3\"");
    }

    @Test
    void unknownNamesInRequestsMakeNoNewMetrics() {
        for (int i = 0; i < 20; i++) {
            cluster.get("n1", "k", "?level=MADE-UP-" + i).expect(400);
            Http.get(cluster.url("n1"), "/v1/buckets/made-up-" + i + "/keys/k").expect(404);
        }
        assertThat(Http.get(cluster.url("n1"), "/metrics").text()).doesNotContainIgnoringCase("made-up");
    }

    @Test
    void parametersAreRefusedWhereThereAreNone() {
        for (String target : new String[] {"/v1/ring", "/livez", "/metrics", "/v1/nodes", "/v1/buckets"}) {
            Http.get(cluster.url("n1"), target + "?x=1").problem(400, "bad-request");
        }
    }
}
