package io.quorate.bench.jmh;

import io.quorate.node.demo.DemoCluster;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.version.Dot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What the leaves of the hash tree cost a put: the sums in memory, and the entry that each put adds to its batch. The batch
 * is as a store writes it, 32 puts of 1 KiB with the header of their partition, and the same without the leaves.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LeafBench {
    private static final int KEYS = 1000;
    private static final int BATCH = 32;
    private static final int RECORD_BYTES = 1100;
    private static final int HEADER_BYTES = 90;
    private static final int SUM_BYTES = 20;

    /** Of what is written to RocksDB. */
    @State(Scope.Thread)
    public static class Database {
        /** Whether the leaf of each put is written beside it. */
        @Param({"with", "without"})
        public String leaves = "with";

        /** Whether each batch is synced. */
        @Param({"false", "true"})
        public boolean synced;

        private final List<ColumnFamilyDescriptor> descriptors = List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY),
                new ColumnFamilyDescriptor("data".getBytes(StandardCharsets.UTF_8)));
        private final List<ColumnFamilyHandle> columns = new ArrayList<>();
        private final byte[] record = new byte[RECORD_BYTES];
        private final byte[] header = new byte[HEADER_BYTES];
        private final byte[] sum = new byte[SUM_BYTES];
        private final SplittableRandom random = new SplittableRandom(1);
        private Path folder = Path.of("");
        private DBOptions options = new DBOptions();
        private WriteOptions write = new WriteOptions();

        @SuppressWarnings("NullAway.Init") // JMH calls what opens it first.
        private RocksDB db;

        /** Opens an empty one. */
        @Setup(Level.Trial)
        public void open() throws IOException, RocksDBException {
            RocksDB.loadLibrary();
            folder = Files.createTempDirectory("quorate-leaves-");
            options = new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
            write = new WriteOptions().setSync(synced);
            random.nextBytes(record);
            random.nextBytes(header);
            db = RocksDB.open(options, folder.toString(), descriptors, columns);
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() {
            columns.forEach(ColumnFamilyHandle::close);
            db.close();
            write.close();
            options.close();
            DemoCluster.deleteTree(folder);
        }

        private void writeBatch() throws RocksDBException {
            try (WriteBatch batch = new WriteBatch()) {
                for (int i = 0; i < BATCH; i++) {
                    long token = random.nextLong();
                    byte[] key = ByteBuffer.allocate(24).putLong(8, token).array();
                    batch.put(columns.get(1), key, record);
                    byte[] set =
                            ByteBuffer.allocate(4).putInt((int) (token >>> 58)).array();
                    batch.put(columns.get(0), set, header);
                    if (leaves.equals("with")) {
                        byte[] leaf = ByteBuffer.allocate(6)
                                .putInt((int) (token >>> 58))
                                .putShort((short) (token >>> 48 & LeafTable.LEAVES - 1))
                                .array();
                        batch.put(columns.get(0), leaf, sum);
                    }
                }
                db.write(write, batch);
            }
        }
    }

    private final RecordKey[] keys = new RecordKey[KEYS];
    private final LeafTable table = new LeafTable();
    private long counter;

    /** Draws the keys. */
    @Setup(Level.Trial)
    public void prepare() {
        for (int i = 0; i < KEYS; i++) {
            keys[i] = Samples.record(i);
        }
    }

    /** The sum of a leaf in which a version takes another's place. */
    @Benchmark
    public LeafTable.Sum sums() {
        RecordKey key = keys[(int) (counter % KEYS)];
        counter++;
        int leaf = (int) (key.token() & LeafTable.LEAVES - 1);
        LeafTable.Sum sum = table.get(leaf).minus(term(key, counter)).plus(term(key, counter + 1));
        table.set(leaf, sum);
        return sum;
    }

    private static LeafTable.Sum term(RecordKey key, long counter) {
        return LeafTable.term(key.bucket(), key.generation(), key.key(), new Dot(Samples.actor(0), counter));
    }

    /** A put, in a batch of 32. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch(Database database) throws RocksDBException {
        database.writeBatch();
    }
}
