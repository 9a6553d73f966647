package io.quorate.node.storage;

import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Brings all changes of a node to its engine, those of keys and those of logs, through one {@link GroupCommitWriter}: what
 * waits together shares one fsync, whatever it is of.
 */
final class RocksWriter {
    private static final long SYNC_NANOS = 500_000_000L;

    private final RocksColumns db;
    private final LongSupplier nanoClock;
    private final WriteObserver observer;
    private final RoomWatch room;
    private final GroupCommitWriter writer;
    private boolean dirty;
    private long syncedAt;

    RocksWriter(
            RocksColumns db,
            ThreadFactory threads,
            LongSupplier nanoClock,
            WriteObserver observer,
            Disk disk,
            Disk.Settings settings) {
        this.db = db;
        this.nanoClock = nanoClock;
        this.observer = observer;
        this.syncedAt = nanoClock.getAsLong();
        this.room = new RoomWatch(disk, settings, nanoClock, observer);
        this.writer = new GroupCommitWriter(new Batches(), threads);
    }

    void submit(Change change) {
        writer.submit(change);
    }

    /** See {@link GroupCommitWriter#forgotten}. */
    void forgotten() {
        writer.forgotten();
    }

    /** See {@link GroupCommitWriter#afterAll}. */
    void afterAll(Runnable then) {
        writer.afterAll(then);
    }

    /** Why nothing can be taken at present; null if it can. */
    @Nullable
    StorageException refusal() {
        StorageException failure = writer.failure();
        return failure == null ? room.refusal() : failure.ofLater();
    }

    /** What stands in the way of every change; null if nothing does. */
    @Nullable
    StorageException failure() {
        return writer.failure();
    }

    /** Writes what waits, and ends. */
    void close() {
        writer.close();
    }

    /** Forgets what waits, and ends. */
    void drop() {
        writer.drop();
    }

    private void write(List<Change> changes) {
        long from = nanoClock.getAsLong();
        boolean awaited = false;
        long bytes = 0;
        try (WriteBatch batch = new WriteBatch()) {
            boolean[] last = lastHeaders(changes);
            for (int i = 0; i < last.length; i++) {
                Change change = changes.get(i);
                change.addTo(batch, last[i]);
                awaited |= change.isAwaited();
                bytes += change.bytes();
            }
            db.write(batch, awaited);
        } catch (RocksDBException e) {
            StorageException failure = RocksColumns.failure("write " + changes.size() + " changes", e);
            if (failure.diskFull()) {
                observer.full(
                        failure.getMessage() + ": this node takes no writes until there is room again; reads go on");
            }
            throw failure;
        }
        dirty = true;
        if (nanoClock.getAsLong() - syncedAt >= SYNC_NANOS) {
            syncIfDue();
        }
        if (awaited) {
            observer.wrote(changes.size(), nanoClock.getAsLong() - from);
        }
        room.wrote(bytes);
    }

    private static boolean[] lastHeaders(List<Change> changes) {
        boolean[] last = new boolean[changes.size()];
        Set<ReplicaSetId> seen = new HashSet<>();
        for (int i = last.length - 1; i >= 0; i--) {
            ReplicaSetId set = changes.get(i).headerOf();
            last[i] = set != null && seen.add(set);
        }
        return last;
    }

    /** Opens the engine anew, once there is room for what its memory holds and the reserve besides. */
    private boolean recovered() {
        if (!room.hasRoomFor(db.isOpen() ? db.memtableBytes() : 0)) {
            return false;
        }
        try {
            db.reopen();
        } catch (StorageException e) {
            if (!e.diskFull()) {
                throw e;
            }
            return false;
        }
        room.look();
        observer.room();
        return true;
    }

    /** In {@link SyncMode#INTERVAL}: on the writer's thread, after a second at most. */
    private void syncIfDue() {
        if (dirty && db.syncMode() == SyncMode.INTERVAL) {
            db.sync();
        }
        dirty = false;
        syncedAt = nanoClock.getAsLong();
    }

    private final class Batches implements GroupCommitWriter.BatchTarget {
        @Override
        public void write(List<Change> changes) {
            RocksWriter.this.write(changes);
        }

        @Override
        public void idle() {
            room.look();
            StorageException elsewhere = db.broken();
            if (elsewhere != null) {
                if (elsewhere.diskFull()) {
                    observer.full(String.valueOf(elsewhere.getMessage()));
                }
                throw elsewhere;
            }
            syncIfDue();
        }

        @Override
        public boolean recovered() {
            return RocksWriter.this.recovered();
        }

        @Override
        public void gaveUp(StorageException failure) {
            observer.failed(String.valueOf(failure.getMessage()));
        }
    }
}
