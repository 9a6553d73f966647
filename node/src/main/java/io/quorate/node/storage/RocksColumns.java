package io.quorate.node.storage;

import io.quorate.node.protocol.store.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
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
    private static final List<String> NAMES = List.of("default", "data", "remnants", "requests", "hints");
    private static final long BLOCK_CACHE_BYTES = 64L << 20;
    /** Few, so that each part of the cache holds many blocks. */
    private static final int CACHE_SHARD_BITS = 3;
    /** What indexes and filters may keep from the data. */
    private static final double INDEX_SHARE = 0.5;
    /** An index in one piece has some megabytes a file, which whoever needs a line of it would fetch each time. */
    private static final int METADATA_BLOCK_BYTES = 8 << 10;

    private static final long DATA_BUFFER_BYTES = 64L << 20;
    /** Small, because these columns take a tiny entry with each write: finding its place is cheap as long as all fit a cache. */
    private static final long SMALL_BUFFER_BYTES = 4L << 20;

    private final Path directory;
    private final Disk disk;
    private final List<RocksObject> owned = new ArrayList<>();
    private final List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    private final DBOptions options;
    private final ReadOptions reads = new ReadOptions();
    private final WriteOptions writes;
    private final SyncMode sync;
    /** Held by whoever uses the engine, and alone by whoever replaces it. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    /** Of each engine there has been, the present one first. */
    private final List<List<ColumnFamilyHandle>> handles = new CopyOnWriteArrayList<>();

    /** What column a handle names, also one of an earlier engine. By identity: a closed handle cannot be compared. */
    private final IdentityHashMap<ColumnFamilyHandle, Integer> places = new IdentityHashMap<>();

    private @Nullable RocksDB engine;
    private volatile @Nullable StorageException broken;

    /** Opens or makes the database in {@code directory}. */
    public static RocksColumns open(Path directory, SyncMode sync) {
        return open(directory, sync, () -> Long.MAX_VALUE);
    }

    /** The same on a disk that may fail. */
    public static RocksColumns open(Path directory, SyncMode sync, Disk disk) {
        RocksDB.loadLibrary();
        return new RocksColumns(directory, sync, disk);
    }

    private RocksColumns(Path directory, SyncMode sync, Disk disk) {
        this.directory = directory;
        this.sync = sync;
        this.disk = disk;
        LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES, CACHE_SHARD_BITS, false, INDEX_SHARE);
        BloomFilter bloom = new BloomFilter(10, false);
        owned.add(cache);
        owned.add(bloom);
        for (String name : NAMES) {
            ColumnFamilyOptions column = new ColumnFamilyOptions()
                    .setWriteBufferSize(name.equals("data") ? DATA_BUFFER_BYTES : SMALL_BUFFER_BYTES)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setTableFormatConfig(new BlockBasedTableConfig()
                            .setBlockCache(cache)
                            .setFilterPolicy(bloom)
                            .setIndexType(IndexType.kTwoLevelIndexSearch)
                            .setPartitionFilters(true)
                            .setMetadataBlockSize(METADATA_BLOCK_BYTES)
                            .setPinTopLevelIndexAndFilter(true)
                            .setCacheIndexAndFilterBlocks(true)
                            .setCacheIndexAndFilterBlocksWithHighPriority(true)
                            .setPinL0FilterAndIndexBlocksInCache(true));
            owned.add(column);
            descriptors.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), column));
        }
        options = new DBOptions()
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
        writes = new WriteOptions().setSync(sync == SyncMode.GROUP);
        try {
            openEngine();
        } catch (StorageException e) {
            closeOptions();
            throw e;
        }
    }

    private void openEngine() {
        List<ColumnFamilyHandle> columns = new ArrayList<>();
        try {
            engine = RocksDB.open(options, directory.toString(), descriptors, columns);
            for (int i = 0; i < columns.size(); i++) {
                places.put(columns.get(i), i);
            }
            handles.add(0, columns);
        } catch (RocksDBException e) {
            throw failure("open " + directory, e);
        }
    }

    private void closeEngine() {
        RocksDB db = engine;
        if (db != null) {
            handles.get(0).forEach(ColumnFamilyHandle::close);
            db.close();
            engine = null;
        }
    }

    /**
     * Closes the database and opens it as its files have it: the engine writes nothing more after it has once been out of
     * room. Only for the thread that writes.
     *
     * @throws StorageException if it does not open; until it does, nothing can be read either
     */
    void reopen() {
        use.writeLock().lock();
        try {
            closeEngine();
            openEngine();
            broken = null;
        } finally {
            use.writeLock().unlock();
        }
    }

    boolean isOpen() {
        use.readLock().lock();
        try {
            return engine != null;
        } finally {
            use.readLock().unlock();
        }
    }

    /** How many times it has been opened again. */
    int reopened() {
        return handles.size() - 1;
    }

    /** What has become of the last write that failed; null if none did since the database was opened. */
    @Nullable
    StorageException broken() {
        return broken;
    }

    private RocksDB engine() {
        RocksDB db = engine;
        if (db == null) {
            throw new StorageException("the database in " + directory + " is not open");
        }
        return db;
    }

    /** The handle that the present engine has for a column: to be asked, like the engine, under the lock. */
    private ColumnFamilyHandle live(ColumnFamilyHandle column) {
        Integer place = places.get(column);
        if (place == null) {
            throw new IllegalArgumentException("a column of another database");
        }
        return handles.get(0).get(place);
    }

    ColumnFamilyHandle meta() {
        return handles.get(0).get(0);
    }

    ColumnFamilyHandle data() {
        return handles.get(0).get(1);
    }

    ColumnFamilyHandle remnants() {
        return handles.get(0).get(2);
    }

    ColumnFamilyHandle requests() {
        return handles.get(0).get(3);
    }

    ColumnFamilyHandle hints() {
        return handles.get(0).get(4);
    }

    byte @Nullable [] get(ColumnFamilyHandle column, byte[] key) {
        use.readLock().lock();
        try {
            return engine().get(live(column), reads, key);
        } catch (RocksDBException e) {
            throw failure("read", e);
        } finally {
            use.readLock().unlock();
        }
    }

    /** The engine's own buffers: what it needs room for when it opens again. */
    long memtableBytes() {
        return total("rocksdb.size-all-mem-tables");
    }

    void write(WriteBatch batch) throws RocksDBException {
        use.readLock().lock();
        try {
            disk.write(engine(), writes, batch);
        } catch (RocksDBException e) {
            broken = failure("write", e);
            throw e;
        } finally {
            use.readLock().unlock();
        }
    }

    /** Reads or replaces one small thing kept once for the node, such as its bucket definitions. */
    public byte @Nullable [] getMeta(String name) {
        return get(meta(), ("N" + name).getBytes(StandardCharsets.UTF_8));
    }

    /** Durable when it returns, in every sync mode. */
    public void putMeta(String name, byte[] value) {
        use.readLock().lock();
        try (WriteOptions synced = new WriteOptions().setSync(true);
                WriteBatch batch = new WriteBatch()) {
            batch.put(meta(), ("N" + name).getBytes(StandardCharsets.UTF_8), value);
            StorageException earlier = broken;
            if (earlier != null) {
                throw earlier.ofLater();
            }
            disk.write(engine(), synced, batch);
        } catch (RocksDBException e) {
            StorageException failed = failure("write " + name, e);
            broken = failed;
            throw failed;
        } finally {
            use.readLock().unlock();
        }
    }

    SyncMode syncMode() {
        return sync;
    }

    /** Makes everything written so far durable. */
    public void sync() {
        use.readLock().lock();
        try {
            engine().flushWal(true);
        } catch (RocksDBException e) {
            throw failure("sync", e);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Bytes of all tables and logs, as the engine counts them. */
    public long diskBytes() {
        return total("rocksdb.total-sst-files-size") + memtableBytes();
    }

    /** A number that the engine tells of each column, summed over all. */
    long total(String property) {
        use.readLock().lock();
        try {
            long total = 0;
            for (ColumnFamilyHandle column : handles.get(0)) {
                total += engine().getLongProperty(column, property);
            }
            return total;
        } catch (RocksDBException e) {
            throw failure("property " + property, e);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Takes entries in order; false ends the scan. */
    interface Visitor {
        boolean visit(byte[] key, byte[] value);
    }

    void scan(ColumnFamilyHandle column, byte[] prefix, Visitor visitor) {
        use.readLock().lock();
        try (RocksIterator i = engine().newIterator(live(column), reads)) {
            for (i.seek(prefix); i.isValid() && startsWith(i.key(), prefix); i.next()) {
                if (!visitor.visit(i.key(), i.value())) {
                    return;
                }
            }
            i.status();
        } catch (RocksDBException e) {
            throw failure("scan", e);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Visits keys from {@code from} on as long as they begin with {@code prefix}; values are not read. */
    void scanKeys(ColumnFamilyHandle column, byte[] from, byte[] prefix, Predicate<byte[]> visitor) {
        use.readLock().lock();
        try (RocksIterator i = engine().newIterator(live(column), reads)) {
            for (i.seek(from); i.isValid() && startsWith(i.key(), prefix); i.next()) {
                if (!visitor.test(i.key())) {
                    return;
                }
            }
            i.status();
        } catch (RocksDBException e) {
            throw failure("scan", e);
        } finally {
            use.readLock().unlock();
        }
    }

    Snapshot snapshot() {
        return new Snapshot();
    }

    /** A fixed view of all columns; to be closed by the thread that made it, and soon. */
    final class Snapshot implements AutoCloseable {
        private final RocksDB db;
        private final org.rocksdb.Snapshot snapshot;
        private final ReadOptions options;

        private Snapshot() {
            use.readLock().lock();
            try {
                db = engine();
                snapshot = db.getSnapshot();
                options = new ReadOptions().setSnapshot(snapshot);
            } catch (RuntimeException e) {
                use.readLock().unlock();
                throw e;
            }
        }

        RocksIterator iterator(ColumnFamilyHandle column) {
            return db.newIterator(live(column), options);
        }

        byte @Nullable [] get(ColumnFamilyHandle column, byte[] key) {
            try {
                return db.get(live(column), options, key);
            } catch (RocksDBException e) {
                throw failure("read", e);
            }
        }

        @Override
        public void close() {
            options.close();
            db.releaseSnapshot(snapshot);
            snapshot.close();
            use.readLock().unlock();
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
        use.writeLock().lock();
        try {
            closeEngine();
            closeOptions();
        } finally {
            use.writeLock().unlock();
        }
    }

    private void closeOptions() {
        reads.close();
        writes.close();
        owned.forEach(RocksObject::close);
    }
}
