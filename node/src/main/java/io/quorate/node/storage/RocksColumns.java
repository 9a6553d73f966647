package io.quorate.node.storage;

import io.quorate.node.protocol.store.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB with a column family for each kind of thing, never for each partition: hundreds of families run out of files
 * and take seconds to open again, where one takes milliseconds.
 */
public final class RocksColumns implements AutoCloseable {
    private final Path directory;
    private final Disk disk;
    private final EngineOptions options = new EngineOptions();
    private final ReadOptions reads = new ReadOptions();
    private final WriteOptions writes;
    private final WriteOptions unsynced = new WriteOptions().setSync(false);
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
            engine = options.open(directory, columns);
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

    ColumnFamilyHandle journal() {
        return handles.get(0).get(5);
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

    /**
     * Writes a batch.
     *
     * @param awaited whether it is to be synced, if writes are
     */
    void write(WriteBatch batch, boolean awaited) throws RocksDBException {
        use.readLock().lock();
        try {
            disk.write(engine(), awaited ? writes : unsynced, batch);
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
        scanFrom(column, prefix, prefix, visitor);
    }

    /** Visits entries from {@code from} on as long as their keys begin with {@code prefix}. */
    void scanFrom(ColumnFamilyHandle column, byte[] from, byte[] prefix, Visitor visitor) {
        use.readLock().lock();
        try (RocksIterator i = engine().newIterator(live(column), reads)) {
            for (i.seek(from); i.isValid() && startsWith(i.key(), prefix); i.next()) {
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

    /** The last key that begins with a prefix and has eight bytes behind it at most; null if there is none. */
    byte @Nullable [] lastKey(ColumnFamilyHandle column, byte[] prefix) {
        byte[] beyond = Arrays.copyOf(prefix, prefix.length + 9);
        Arrays.fill(beyond, prefix.length, beyond.length, (byte) 0xff);
        use.readLock().lock();
        try (RocksIterator i = engine().newIterator(live(column), reads)) {
            i.seekForPrev(beyond);
            i.status();
            return i.isValid() && startsWith(i.key(), prefix) ? i.key() : null;
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

    View view() {
        return new View();
    }

    /** A fixed view that holds no lock while it is not used; gone when the database has been opened again. */
    final class View implements AutoCloseable {
        private final RocksDB db;
        private final org.rocksdb.Snapshot snapshot;
        private final ReadOptions options;
        private boolean closed;

        private View() {
            use.readLock().lock();
            try {
                db = engine();
                snapshot = db.getSnapshot();
                options = new ReadOptions().setSnapshot(snapshot).setFillCache(false);
            } finally {
                use.readLock().unlock();
            }
        }

        /** To be called under the lock. */
        private void check() {
            if (engine != db || closed) {
                throw new StorageException("the database has been opened again since");
            }
        }

        byte @Nullable [] get(ColumnFamilyHandle column, byte[] key) {
            use.readLock().lock();
            try {
                check();
                return db.get(live(column), options, key);
            } catch (RocksDBException e) {
                throw failure("read", e);
            } finally {
                use.readLock().unlock();
            }
        }

        void use(ColumnFamilyHandle column, Consumer<RocksIterator> user) {
            use.readLock().lock();
            try {
                check();
                try (RocksIterator i = db.newIterator(live(column), options)) {
                    user.accept(i);
                    i.status();
                }
            } catch (RocksDBException e) {
                throw failure("scan", e);
            } finally {
                use.readLock().unlock();
            }
        }

        @Override
        public void close() {
            use.readLock().lock();
            try {
                if (!closed) {
                    closed = true;
                    options.close();
                    if (engine == db) {
                        db.releaseSnapshot(snapshot);
                    }
                    snapshot.close();
                }
            } finally {
                use.readLock().unlock();
            }
        }
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
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
        unsynced.close();
        options.close();
    }
}
