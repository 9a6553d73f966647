package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.QuorateClient;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.config.Tuning;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Nodes;
import io.quorate.node.fixture.QuickPolls;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SmallDisk;
import io.quorate.node.storage.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A node whose disk is full refuses writes, serves reads, and writes again by itself when there is room. */
@ExtendWith(QuickPolls.class)
final class FullDiskTest {
    private static final Disk.Settings RESERVE = new Disk.Settings(16L << 20);
    private static final byte[] VALUE = new byte[1000];

    /** As long as it is blind it says that there is room, so that the engine runs into the end of the disk. */
    private static final class BlindDisk implements Disk {
        private final Disk real;
        private volatile boolean blind = true;
        private final AtomicInteger failures = new AtomicInteger();

        private BlindDisk(Path folder) {
            real = Disk.of(folder);
        }

        @Override
        public long usableBytes() {
            return blind ? Long.MAX_VALUE / 2 : real.usableBytes();
        }

        @Override
        public void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
            try {
                real.write(db, options, batch);
            } catch (RocksDBException e) {
                blind = false;
                failures.incrementAndGet();
                throw e;
            }
        }
    }

    @TempDir
    private Path folder;

    private final Map<String, String> acknowledged = new LinkedHashMap<>();
    private int keys;

    private static NodeConfig single(SmallDisk disk) {
        return Nodes.configs(1, NodeConfig.Limits.DEFAULT, i -> disk.root().resolve("data"))
                .get(0);
    }

    private static Tuning reserving() {
        Tuning usual = Tuning.DEFAULT;
        return new Tuning(
                RESERVE,
                usual.recentRecordsBytes(),
                usual.queue(),
                usual.pace(),
                usual.maxDriftMillis(),
                usual.liveness(),
                usual.drainNanos(),
                usual.exchange(),
                usual.hints(),
                usual.groupCheckNanos());
    }

    private static String target(String key) {
        return "/v1/buckets/carts/keys/" + key;
    }

    private Reply put(EmbeddedNode node, String query) {
        String key = "key" + keys++;
        Reply reply = Http.request("PUT", node.url(), target(key) + query)
                .header("X-Key", key)
                .body(VALUE)
                .send();
        if (reply.status() == 204) {
            acknowledged.put(key, new String(VALUE, java.nio.charset.StandardCharsets.US_ASCII));
        }
        return reply;
    }

    private void awaitPut(EmbeddedNode node, String query) {
        Awaitility.await("a write to be taken")
                .atMost(Duration.ofSeconds(20))
                .until(() -> put(node, "?timeout=10s" + query).status() == 204);
    }

    private static boolean namesTheFullNode(Reply reply) {
        boolean[] named = {false};
        reply.json()
                .path("replicas")
                .forEach(replica -> named[0] |= replica.path("node").asText().equals("n1")
                        && replica.path("result").asText().equals("error"));
        return named[0] && reply.json().path("code").asText().equals("level-not-reached");
    }

    private Reply awaitRefusal(EmbeddedNode node) {
        Reply[] last = new Reply[1];
        Awaitility.await("a write to be refused")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    last[0] = put(node, "");
                    return last[0].status() != 204;
                });
        return last[0];
    }

    /** Milliseconds until a write is taken again. */
    private long awaitRoom(EmbeddedNode node) {
        long from = System.nanoTime();
        Awaitility.await("writes to go on")
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> put(node, "").status() == 204);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
    }

    private void readsAllThatWasAcknowledged(EmbeddedNode node) {
        assertThat(acknowledged).isNotEmpty();
        acknowledged.forEach((key, value) -> {
            Reply[] last = new Reply[1];
            // Nodes of a busy machine may take each other for dead for a moment.
            Awaitility.await("a read of " + key).atMost(Duration.ofSeconds(20)).until(() -> {
                last[0] = Http.get(node.url(), target(key) + "?timeout=10s");
                return last[0].status() < 503;
            });
            assertThat(last[0].expect(200).text()).isEqualTo(value);
        });
    }

    /** Keys of leader buckets are written through every node, whoever leads. */
    private static void writesToEveryGroup(EmbeddedNode node) {
        for (int i = 0; i < 100; i++) {
            Http.request("PUT", node.url(), "/v1/buckets/led/keys/key" + i + "?timeout=10s")
                    .body(VALUE)
                    .send()
                    .expect(204);
        }
    }

    /** Writes one key of a leader bucket until that is done, or is not. */
    private static void awaitLed(EmbeddedNode node, boolean done) {
        Awaitility.await("a leader bucket to take a write: " + done)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> done
                        == (Http.request("PUT", node.url(), "/v1/buckets/led/keys/key?timeout=5s")
                                        .body(VALUE)
                                        .send()
                                        .status()
                                == 204));
    }

    /** Waits until a node leads no group, or some. */
    private static void awaitLeads(EmbeddedNode node, int least) {
        Awaitility.await("leads to have gone where they can be used")
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    long leads = 0;
                    for (JsonNode group : Http.get(node.url(), "/v1/groups")
                            .expect(200)
                            .json()
                            .path("groups")) {
                        leads += group.path("role").asText().equals("leader") ? 1 : 0;
                    }
                    return least == 0 ? leads == 0 : leads >= least;
                });
    }

    private static String metric(EmbeddedNode node, String name) {
        return Http.get(node.url(), "/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("absent");
    }

    @Test
    void writesAreRefusedBeforeTheDiskIsQuiteFullAndGoOnWhenThereIsRoom() {
        try (SmallDisk disk = SmallDisk.mount(256);
                EmbeddedNode node = EmbeddedNode.start(single(disk).withTuning(reserving()))) {
            put(node, "").expect(204);
            for (int round = 0; round < 2; round++) {
                disk.fillUpTo(4L << 20);
                Reply refused = awaitRefusal(node);
                assertThat(refused.problem(507, "disk-full").path("outcome").asText())
                        .isEqualTo("not-applied");
                assertThat(refused.text()).contains("disk.reserve");
                readsAllThatWasAcknowledged(node);
                Http.request("DELETE", node.url(), target("key0")).send().problem(507, "disk-full");
                Http.get(node.url(), "/livez").expect(200);
                assertThat(metric(node, "quorate_disk_full")).isEqualTo("1.0");
                disk.free();
                assertThat(awaitRoom(node)).isLessThan(2_500);
                readsAllThatWasAcknowledged(node);
                assertThat(metric(node, "quorate_disk_full")).isEqualTo("0.0");
            }
        }
    }

    @Test
    void writesGoOnWithoutRestartAfterTheDiskRanOutInTheMiddleOfABatch() {
        try (SmallDisk small = SmallDisk.mount(64)) {
            NodeConfig config = single(small);
            BlindDisk disk = new BlindDisk(small.root());
            EmbeddedNode.Extras extras = EmbeddedNode.Extras.alone().withDisk(disk, RESERVE);
            int failures;
            try (EmbeddedNode node = EmbeddedNode.start(config, extras)) {
                try (QuorateClient client = node.client()) {
                    client.buckets().create("led", BucketDefinition.leader());
                }
                for (int round = 0; round < 4; round++) {
                    failures = disk.failures.get();
                    put(node, "").expect(204);
                    awaitLed(node, true);
                    disk.blind = true;
                    small.fillUpTo(0);
                    if (round % 2 == 0) {
                        Reply refused = awaitRefusal(node);
                        assertThat(refused.problem(507, "disk-full")
                                        .path("outcome")
                                        .asText())
                                .isIn("not-applied", "maybe-applied");
                    } else {
                        // It is the log of a group that the failed batch is of, and nothing else.
                        awaitLed(node, false);
                    }
                    assertThat(disk.failures.get()).isGreaterThan(failures);
                    readsAllThatWasAcknowledged(node);
                    assertThat(put(node, "")
                                    .problem(507, "disk-full")
                                    .path("outcome")
                                    .asText())
                            .isEqualTo("not-applied");
                    small.free();
                    assertThat(awaitRoom(node)).isLessThan(2_500);
                    readsAllThatWasAcknowledged(node);
                    assertThat(node.state()).isEqualTo("serving");
                }
                awaitLed(node, true);
                node.kill();
            }
            try (EmbeddedNode again = EmbeddedNode.start(config, extras)) {
                readsAllThatWasAcknowledged(again);
                put(again, "").expect(204);
                awaitLed(again, true);
                Http.get(again.url(), "/v1/buckets/led/keys/key").expect(200);
            }
        }
    }

    @Test
    void oneFullNodeOfThreeIsPassedOverAndNamed() {
        List<EmbeddedNode> nodes = new ArrayList<>();
        try (SmallDisk small = SmallDisk.mount(256)) {
            try {
                List<NodeConfig> configs = Nodes.configs(
                        3,
                        NodeConfig.Limits.DEFAULT,
                        i -> i == 0 ? small.root().resolve("data") : folder.resolve("n" + i));
                for (NodeConfig config : configs) {
                    nodes.add(EmbeddedNode.start(
                            config, EmbeddedNode.Extras.alone().withDisk(null, RESERVE)));
                }
                nodes.forEach(node ->
                        assertThat(node.awaitPeers(2, Duration.ofSeconds(60))).isTrue());
                EmbeddedNode full = nodes.get(0);
                awaitPut(full, "&level=ALL");
                try (QuorateClient client = full.client()) {
                    client.buckets().create("led", BucketDefinition.leader());
                }
                awaitLeads(full, 1);
                small.fillUpTo(4L << 20);
                Awaitility.await("the full node to notice")
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> metric(full, "quorate_disk_full").equals("1.0"));
                for (EmbeddedNode node : nodes) {
                    for (int i = 0; i < 10; i++) {
                        awaitPut(node, "");
                    }
                    Awaitility.await("a write at ALL to fail at once, for the full node's sake")
                            .atMost(Duration.ofSeconds(20))
                            .until(() -> namesTheFullNode(put(node, "?level=ALL&timeout=10s")));
                }
                nodes.forEach(this::readsAllThatWasAcknowledged);
                // A group that rests has its leader replaced by the first write, which does not notice.
                nodes.forEach(FullDiskTest::writesToEveryGroup);
                awaitLeads(full, 0);
                small.free();
                awaitPut(full, "&level=ALL");
                nodes.forEach(this::readsAllThatWasAcknowledged);
                awaitLeads(full, 1);
                nodes.forEach(FullDiskTest::writesToEveryGroup);
            } finally {
                nodes.forEach(EmbeddedNode::close);
            }
        }
    }
}
