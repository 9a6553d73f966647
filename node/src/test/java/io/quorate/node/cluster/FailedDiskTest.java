package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Nodes;
import io.quorate.node.fixture.Ports;
import io.quorate.node.fixture.Reply;
import io.quorate.node.storage.Disk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A failed fsync ends the node: what it had acknowledged is there when it starts again, whatever became of that batch. */
final class FailedDiskTest {
    /** Once told to, one fsync fails; later ones would work, as they do on real disks. */
    private static final class FailingDisk implements Disk {
        private final boolean keeps;
        private volatile boolean failing;
        private volatile boolean failed;
        private final AtomicInteger writesAfter = new AtomicInteger();

        /** Whether the failed batch is on the disk all the same. */
        private FailingDisk(boolean keeps) {
            this.keeps = keeps;
        }

        @Override
        public long usableBytes() {
            return Long.MAX_VALUE / 2;
        }

        @Override
        public void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
            writesAfter.addAndGet(failed ? 1 : 0);
            if (!failing || failed) {
                db.write(options, batch);
                return;
            }
            failed = true;
            if (keeps) {
                db.write(options, batch);
            }
            throw new RocksDBException(
                    new Status(Status.Code.IOError, Status.SubCode.None, "While fsync: Input/output error"));
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nodeEndsItselfSaysWhyAndLosesNothing(boolean keeps) throws InterruptedException {
        NodeConfig config = Nodes.configs(1, NodeConfig.Limits.DEFAULT, i -> folder.resolve("data"))
                .get(0);
        FailingDisk disk = new FailingDisk(keeps);
        BlockingQueue<String> fatal = new LinkedBlockingQueue<>();
        List<String> acknowledged = new ArrayList<>();
        try (EmbeddedNode node = EmbeddedNode.start(
                config,
                EmbeddedNode.Extras.alone()
                        .withDisk(disk, Disk.Settings.DEFAULT)
                        .withOnFatal(fatal::add))) {
            for (int i = 0; i < 50; i++) {
                put(node.url(), "key" + i).expect(204);
                acknowledged.add("key" + i);
            }
            disk.failing = true;
            try {
                Reply refused = put(node.url(), "unsure");
                assertThat(refused.problem(500, "internal").path("outcome").asText())
                        .isEqualTo("maybe-applied");
            } catch (java.io.UncheckedIOException cut) {
                assertThat(disk.failed).isTrue();
            }
            assertThat(fatal.poll(20, TimeUnit.SECONDS)).isNotNull().contains("n1", "fsync", "Input/output error");
            assertThat(node.state()).isEqualTo("failed");
            assertThat(disk.writesAfter)
                    .as("nothing is written after a failed fsync")
                    .hasValue(0);
            assertThat(Ports.allFree(config.http().port(), 1)).isTrue();
        }
        assertThat(fatal).isEmpty();
        try (EmbeddedNode again = EmbeddedNode.start(config)) {
            for (String key : acknowledged) {
                assertThat(Http.get(again.url(), "/v1/buckets/carts/keys/" + key)
                                .expect(200)
                                .text())
                        .isEqualTo(key);
            }
            assertThat(Http.get(again.url(), "/v1/buckets/carts/keys/unsure").status())
                    .isEqualTo(keeps ? 200 : 404);
            put(again.url(), "unsure").expect(204);
        }
    }

    private static Reply put(String url, String key) {
        return Http.request("PUT", url, "/v1/buckets/carts/keys/" + key)
                .body(key)
                .send();
    }
}
