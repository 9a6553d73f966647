package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.ring.bytes.ByteSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What a look-up reads from the disk does not grow with the tables. Values that compress well make it worst: then a table of a
 * given size has the most keys, and the longest index.
 */
class LargeTablesTest {
    private static final int RECORDS = 600_000;
    private static final int VALUE_BYTES = 1000;
    private static final int BATCH = 1000;
    private static final int LOOK_UPS = 300;
    private static final List<String> UNDER_WAY = List.of(
            "rocksdb.mem-table-flush-pending",
            "rocksdb.num-running-flushes",
            "rocksdb.compaction-pending",
            "rocksdb.num-running-compactions");
    private static final Path READ_SO_FAR = Path.of("/proc/thread-self/io");

    @TempDir
    private Path folder;

    private static byte[] key(int number) {
        long token = number * 0x9e3779b97f4a7c15L;
        return new ByteSink(40).u64(token).u64(number).u64(0).u64(0).toByteArray();
    }

    private static long readSoFar() throws IOException {
        return Files.readAllLines(READ_SO_FAR).stream()
                .filter(line -> line.startsWith("rchar: "))
                .mapToLong(line -> Long.parseLong(line.substring("rchar: ".length())))
                .sum();
    }

    private static long bytesALookUp(RocksColumns columns, IntFunction<byte[]> keys, boolean there) throws IOException {
        long before = readSoFar();
        for (int i = 0; i < LOOK_UPS; i++) {
            assertThat(columns.get(columns.data(), keys.apply(i)) != null).isEqualTo(there);
        }
        return (readSoFar() - before) / LOOK_UPS;
    }

    @Test
    void aLookUpReadsLittleHoweverManyRecordsThereAre() throws IOException, RocksDBException {
        assumeTrue(Files.isReadable(READ_SO_FAR), "only Linux tells what a thread has read");
        SplittableRandom random = new SplittableRandom(1);
        try (RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.INTERVAL)) {
            fill(columns);
            Awaitility.await("tables of all records")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> UNDER_WAY.stream().mapToLong(columns::total).sum() == 0);
            assertThat(bytesALookUp(columns, i -> key(random.nextInt(RECORDS)), true))
                    .as("bytes read for a record that is there")
                    .isLessThan(32 << 10);
            assertThat(bytesALookUp(columns, i -> key(RECORDS + i), false))
                    .as("bytes read to see that a record is not there")
                    .isLessThan(8 << 10);
        }
    }

    private static void fill(RocksColumns columns) throws RocksDBException {
        byte[] value = new byte[VALUE_BYTES];
        for (int i = 0; i < RECORDS; i += BATCH) {
            try (WriteBatch batch = new WriteBatch()) {
                for (int j = i; j < i + BATCH; j++) {
                    batch.put(columns.data(), key(j), value);
                }
                columns.write(batch, true);
            }
        }
    }
}
