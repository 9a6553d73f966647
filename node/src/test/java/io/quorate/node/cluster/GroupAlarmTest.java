package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.config.Tuning;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Nodes;
import io.quorate.node.storage.RecordDamage;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record of a leader bucket that rots on disk is found by nobody's read, and told wherever operators look. */
final class GroupAlarmTest {
    private static final long CHECK_NANOS = 1_000_000_000L;

    @TempDir
    private Path folder;

    private NodeConfig config() {
        Tuning usual = Tuning.DEFAULT;
        return Nodes.configs(1, NodeConfig.Limits.DEFAULT, i -> folder)
                .get(0)
                .withTuning(new Tuning(
                        usual.disk(),
                        usual.recentRecordsBytes(),
                        usual.queue(),
                        usual.pace(),
                        usual.maxDriftMillis(),
                        usual.liveness(),
                        usual.drainNanos(),
                        usual.exchange(),
                        usual.hints(),
                        CHECK_NANOS));
    }

    private static String target(String key) {
        return "/v1/buckets/ledger/keys/" + key;
    }

    private static JsonNode get(EmbeddedNode node, String path) {
        return Http.get(node.url(), path).expect(200).json();
    }

    private static JsonNode alarmed(EmbeddedNode node) {
        for (JsonNode group : get(node, "/v1/groups").path("groups")) {
            if (group.has("alarm")) {
                return group;
            }
        }
        return MissingNode.getInstance();
    }

    @Test
    void aRecordThatRotsIsToldAndNotMended() {
        NodeConfig config = config();
        int partition;
        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            Http.request("PUT", node.url(), "/v1/buckets/ledger")
                    .json("{\"mode\":\"leader\",\"n\":1}")
                    .send()
                    .expect(201);
            Awaitility.await("a write")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Http.request("PUT", node.url(), target("k"))
                                    .body("v")
                                    .send()
                                    .status()
                            == 204);
            partition = get(node, target("k/explain")).path("partition").asInt();
            JsonNode health = get(node, "/healthz/cluster");
            assertThat(health.path("groupAlarms")).isEmpty();
            assertThat(health.path("status").asText()).isEqualTo("ok");
        }
        assertThat(RecordDamage.flipBit(folder, "ledger", "k")).isEqualTo(1);

        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            Awaitility.await("an alarm")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> alarmed(node).has("alarm"));
            JsonNode group = alarmed(node);
            assertThat(group.path("partition").asInt()).isEqualTo(partition);
            assertThat(group.path("alarm").asText()).contains("key k of bucket ledger");
            Awaitility.await("what is told once a second")
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> {
                        JsonNode health = get(node, "/healthz/cluster");
                        assertThat(health.path("status").asText()).isEqualTo("degraded");
                        assertThat(health.path("groupAlarms")).hasSize(1);
                        assertThat(health.path("groupAlarms").get(0).path("partition"))
                                .isEqualTo(group.path("partition"));
                        assertThat(health.path("groupAlarms").get(0).path("alarm"))
                                .isEqualTo(group.path("alarm"));
                        assertThat(Http.get(node.url(), "/metrics").expect(200).text())
                                .contains("quorate_anti_entropy_alarms_total{cause=\"group\",node=\"n1\"} 1.0")
                                .contains("quorate_groups_alarmed{node=\"n1\"} 1.0");
                    });
        }
        assertThat(RecordDamage.flipBit(folder, "ledger", "k"))
                .as("the record is there as it was")
                .isEqualTo(1);
        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            assertThat(node.awaitGroups(Duration.ofSeconds(30))).isTrue();
            assertThat(Http.get(node.url(), target("k?timeout=10s")).expect(200).text())
                    .isEqualTo("v");
        }
    }
}
