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
import java.util.ArrayList;
import java.util.List;
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

    private static int put(EmbeddedNode node, String key) {
        return Http.request("PUT", node.url(), target(key)).body("v").send().status();
    }

    private static void begin(EmbeddedNode node) {
        Http.request("PUT", node.url(), "/v1/buckets/ledger")
                .json("{\"mode\":\"leader\",\"n\":1}")
                .send()
                .expect(201);
        Awaitility.await("a write").atMost(Duration.ofSeconds(30)).until(() -> put(node, "k") == 204);
    }

    private static int partitionOf(EmbeddedNode node, String key) {
        return get(node, target(key + "/explain")).path("partition").asInt();
    }

    @Test
    void aGroupThatCannotApplyAnEntryHaltsAloneAndIsSeen() {
        NodeConfig config = config();
        int partition;
        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            begin(node);
            partition = partitionOf(node, "k");
        }
        assertThat(RecordDamage.flipBit(folder, "ledger", "k")).isEqualTo(1);

        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            assertThat(node.awaitGroups(Duration.ofSeconds(30))).isTrue();
            JsonNode refused = Http.request("PUT", node.url(), target("k?timeout=5s"))
                    .body("w")
                    .send()
                    .json();
            assertThat(refused.path("outcome").asText()).isEqualTo("maybe-applied");
            Awaitility.await("what is told once a second")
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> {
                        JsonNode health = get(node, "/healthz/cluster");
                        assertThat(health.path("status").asText()).isEqualTo("degraded");
                        assertThat(health.path("groupsWithoutLeader"))
                                .extracting(JsonNode::asInt)
                                .containsExactly(partition);
                        assertThat(health.path("groupAlarms"))
                                .extracting(each -> each.path("partition").asInt())
                                .containsExactly(partition);
                    });
            assertThat(get(node, "/healthz/cluster")
                            .path("groupAlarms")
                            .get(0)
                            .path("alarm")
                            .asText())
                    .startsWith("halted: entry");
            List<String> halted = new ArrayList<>();
            get(node, "/v1/groups").path("groups").forEach(group -> {
                if (group.has("halted")) {
                    halted.add(group.path("partition").asText() + " "
                            + group.path("role").asText());
                }
            });
            assertThat(halted).containsExactly(partition + " halted");
            assertThat(Http.get(node.url(), "/metrics").expect(200).text())
                    .contains("quorate_groups_alarmed{node=\"n1\"} 1.0");
            int others = 0;
            for (int i = 0; others < 3; i++) {
                if (partitionOf(node, "other" + i) != partition) {
                    assertThat(put(node, "other" + i)).isEqualTo(204);
                    others++;
                }
            }
        }
    }

    @Test
    void aRecordThatRotsIsToldAndNotMended() {
        NodeConfig config = config();
        int partition;
        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            begin(node);
            partition = partitionOf(node, "k");
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
