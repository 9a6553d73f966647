package io.quorate.node.storage;

import io.quorate.node.protocol.store.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB with a column family for each kind of thing, never for each partition: hundreds of families run out of files
 * and take seconds to open again, where one takes milliseconds.
 */
public final class RocksColumns implements AutoCloseable {
    private static final List<String> NAMES = List.of("default", "data", "remnants", "requests");
    private static final long BLOCK_CACHE_BYTES = 64L << 20;
    private static final long DATA_BUFFER_BYTES = 64L << 20;
    /** Small, because these columns take a tiny entry with each write: finding its place is cheap as long as all fit a cache. */
    private static final long SMALL_BUFFER_BYTES = 4L << 20;

    private final RocksDB db;
    private final List<ColumnFamilyHandle> columns;
    private final List<RocksObject> owned;
    private final ReadOptions reads;
    private final WriteOptions writes;
    private final SyncMode sync;

    private RocksColumns(
            RocksDB db, List<ColumnFamilyHandle> columns, List<RocksObject> owned, WriteOptions writes, SyncMode sync) {
        this.sync = sync;
        this.db = db;
        this.columns = columns;
        this.owned = owned;
        this.reads = new ReadOptions();
        this.writes = writes;
    }

    /** Opens or makes the database in {@code directory}. */
    public static RocksColumns open(Path directory, SyncMode sync) {
        RocksDB.loadLibrary();
        List<RocksObject> owned = new ArrayList<>();
        LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES);
        BloomFilter bloom = new BloomFilter(10, false);
        owned.add(cache);
        owned.add(bloom);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (String name : NAMES) {
            ColumnFamilyOptions options = new ColumnFamilyOptions()
                    .setWriteBufferSize(name.equals("data") ? DATA_BUFFER_BYTES : SMALL_BUFFER_BYTES)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setTableFormatConfig(new BlockBasedTableConfig()
                            .setBlockCache(cache)
                            .setFilterPolicy(bloom)
                            .setCacheIndexAndFilterBlocks(true)
                            .setPinL0FilterAndIndexBlocksInCache(true));
            owned.add(options);
            descriptors.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), options));
        }
        DBOptions options = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setMaxOpenFiles(512)
                .setMaxTotalWalSize(256L << 20)
                .setMaxBackgroundJobs(2)
                .setKeepLogFileNum(3)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                // A torn last record is what a crash leaves; anything else is damage, and no reason to forget writes.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
        owned.add(options);
        WriteOptions writes = new WriteOptions().setSync(sync == SyncMode.GROUP);
        try {
            List<ColumnFamilyHandle> columns = new ArrayList<>();
            RocksDB db = RocksDB.open(options, directory.toString(), descriptors, columns);
            return new RocksColumns(db, columns, owned, writes, sync);
        } catch (RocksDBException e) {
            writes.close();
            owned.forEach(RocksObject::close);
            throw failure("open " + directory, e);
        }
    }

    ColumnFamilyHandle meta() {
        return columns.get(0);
    }

    ColumnFamilyHandle data() {
        return columns.get(1);
    }

    ColumnFamilyHandle remnants() {
        return columns.get(2);
    }

    ColumnFamilyHandle requests() {
        return columns.get(3);
    }

    byte @Nullable [] get(ColumnFamilyHandle column, byte[] key) {
        try {
            return db.get(column, reads, key);
        } catch (RocksDBException e) {
            throw failure("read", e);
        }
    }

    void write(WriteBatch batch) throws RocksDBException {
        db.write(writes, batch);
    }

    /** Reads or replaces one small thing kept once for the node, such as its bucket definitions. */
    public byte @Nullable [] getMeta(String name) {
        return get(meta(), ("N" + name).getBytes(StandardCharsets.UTF_8));
    }

    /** Durable when it returns, in every sync mode. */
    public void putMeta(String name, byte[] value) {
        try (WriteOptions synced = new WriteOptions().setSync(true)) {
            db.put(meta(), synced, ("N" + name).getBytes(StandardCharsets.UTF_8), value);
        } catch (RocksDBException e) {
            throw failure("write " + name, e);
        }
    }

    SyncMode syncMode() {
        return sync;
    }

    /** Makes everything written so far durable. */
    public void sync() {
        try {
            db.flushWal(true);
        } catch (RocksDBException e) {
            throw failure("sync", e);
        }
    }

    /** Bytes of all tables and logs, as the engine counts them. */
    public long diskBytes() {
        long total = 0;
        for (ColumnFamilyHandle column : columns) {
            total += longProperty(column, "rocksdb.total-sst-files-size")
                    + longProperty(column, "rocksdb.size-all-mem-tables");
        }
        return total;
    }

    private long longProperty(ColumnFamilyHandle column, String name) {
        try {
            return db.getLongProperty(column, name);
        } catch (RocksDBException e) {
            throw failure("property " + name, e);
        }
    }

    /** Takes entries in order; false ends the scan. */
    interface Visitor {
        boolean visit(byte[] key, byte[] value);
    }

    void scan(ColumnFamilyHandle column, byte[] prefix, Visitor visitor) {
        try (RocksIterator i = db.newIterator(column, reads)) {
            for (i.seek(prefix); i.isValid() && startsWith(i.key(), prefix); i.next()) {
                if (!visitor.visit(i.key(), i.value())) {
                    return;
                }
            }
            i.status();
        } catch (RocksDBException e) {
            throw failure("scan", e);
        }
    }

    /** Visits keys from {@code from} on as long as they begin with {@code prefix}; values are not read. */
    void scanKeys(ColumnFamilyHandle column, byte[] from, byte[] prefix, Predicate<byte[]> visitor) {
        try (RocksIterator i = db.newIterator(column, reads)) {
            for (i.seek(from); i.isValid() && startsWith(i.key(), prefix); i.next()) {
                if (!visitor.test(i.key())) {
                    return;
                }
            }
            i.status();
        } catch (RocksDBException e) {
            throw failure("scan", e);
        }
    }

    Snapshot snapshot() {
        return new Snapshot();
    }

    /** A fixed view of all columns. */
    final class Snapshot implements AutoCloseable {
        private final org.rocksdb.Snapshot snapshot = db.getSnapshot();
        private final ReadOptions options = new ReadOptions().setSnapshot(snapshot);

        RocksIterator iterator(ColumnFamilyHandle column) {
            return db.newIterator(column, options);
        }

        byte @Nullable [] get(ColumnFamilyHandle column, byte[] key) {
            try {
                return db.get(column, options, key);
            } catch (RocksDBException e) {
                throw failure("read", e);
            }
        }

        @Override
        public void close() {
            options.close();
            db.releaseSnapshot(snapshot);
            snapshot.close();
        }
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && java.util.Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    static StorageException failure(String what, RocksDBException e) {
        Status status = e.getStatus();
        boolean full = status != null && status.getSubCode() == Status.SubCode.NoSpace;
        return new StorageException("could not " + what + ": " + e.getMessage(), e, full);
    }

    @Override
    public void close() {
        reads.close();
        writes.close();
        columns.forEach(ColumnFamilyHandle::close);
        db.close();
        owned.forEach(RocksObject::close);
    }
}
