package io.quorate.node.storage;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** The store of a node on RocksDB: reads straight from the engine, writes through one {@link RocksWriter}. */
public final class RocksPartitionStore implements PartitionStore, AutoCloseable {
    /** Memory for records read or written last, unless the node's operator says otherwise. */
    public static final long RECENT_BYTES_DEFAULT = 16L << 20;

    private final RocksColumns db;
    private final PartitionCount partitions;
    private final RecentRecords recent;
    private final RocksWriter writer;
    private volatile Consumer<Completion> listener = completion -> {};
    private int newestEra = Integer.MIN_VALUE;

    /** A store that reads each record from the disk. */
    public RocksPartitionStore(
            RocksColumns db,
            PartitionCount partitions,
            ThreadFactory threads,
            LongSupplier nanoClock,
            WriteObserver observer) {
        this(db, partitions, threads, nanoClock, observer, () -> Long.MAX_VALUE, Disk.Settings.DEFAULT, 0);
    }

    /**
     * The same on a disk whose room is watched, with records in memory too.
     *
     * @param recentBytes memory for those read or written last; whatever becomes of them on the disk shows only when they
     *     have left it
     */
    public RocksPartitionStore(
            RocksColumns db,
            PartitionCount partitions,
            ThreadFactory threads,
            LongSupplier nanoClock,
            WriteObserver observer,
            Disk disk,
            Disk.Settings settings,
            long recentBytes) {
        this.recent = new RecentRecords(recentBytes);
        this.db = db;
        this.partitions = partitions;
        this.writer = new RocksWriter(db, threads, nanoClock, observer, disk, settings);
    }

    @Override
    public KeyState read(RecordKey key) {
        KeyState known = recent.get(key);
        if (known != null) {
            return known;
        }
        long before = recent.writes();
        byte[] value = db.get(db.data(), RecordCodec.key(key));
        if (value == null) {
            return KeyState.EMPTY;
        }
        KeyState state = RecordCodec.readState(value, key.set().partition());
        recent.read(key, state, before);
        return state;
    }

    @Override
    public Opened open(ReplicaSetId set) {
        byte[] header = db.get(db.meta(), RecordCodec.headerKey(set));
        LeafTable leaves = new LeafTable();
        byte[] leafPrefix = RecordCodec.prefix(new ByteSink(8).u8('L'), set).toByteArray();
        db.scan(db.meta(), leafPrefix, (key, value) -> {
            int leaf = (key[key.length - 2] & 0xff) << 8 | (key[key.length - 1] & 0xff);
            leaves.set(leaf, RecordCodec.readSum(value));
            return true;
        });
        Map<RecordKey, Remnant> remnants = new LinkedHashMap<>();
        db.scan(db.remnants(), RecordCodec.prefix(set), (key, value) -> {
            // An entry outlives its remnant when a whole value takes its place, so that a put need not look for one.
            KeyState state = RecordCodec.readable(db.get(db.data(), key), set.partition());
            Remnant remnant = state == null ? null : Remnant.of(state);
            if (remnant != null) {
                remnants.put(RecordCodec.readKey(key), remnant);
            }
            return true;
        });
        return new Opened(header == null ? null : RecordCodec.readHeader(header), leaves, remnants);
    }

    @Override
    public @Nullable Hint hint(NodeId target, RecordKey key) {
        byte[] encoded = RecordCodec.hintKey(target, key);
        byte[] value = db.get(db.hints(), encoded);
        return value == null ? null : RecordCodec.readHint(encoded, value);
    }

    @Override
    public long hints(Consumer<Hint> visitor) {
        long[] damaged = {0};
        db.scan(db.hints(), new byte[0], (key, value) -> {
            try {
                visitor.accept(RecordCodec.readHint(key, value));
            } catch (CorruptRecordException e) {
                damaged[0]++;
            }
            return true;
        });
        return damaged[0];
    }

    @Override
    public Set<RetiredActor> retired() {
        Set<RetiredActor> retired = new LinkedHashSet<>();
        db.scan(db.meta(), new byte[] {RecordCodec.RETIRED}, (key, value) -> {
            retired.add(RecordCodec.readRetired(key));
            return true;
        });
        return retired;
    }

    @Override
    public void commit(Commit commit) {
        writer.submit(new CommitChange(commit));
    }

    RocksColumns columns() {
        return db;
    }

    RocksWriter writer() {
        return writer;
    }

    @Override
    public @Nullable StorageException refusal() {
        return writer.refusal();
    }

    @Override
    public boolean forgotten() {
        writer.forgotten();
        StorageException failure = writer.failure();
        return failure == null || failure.diskFull();
    }

    @Override
    public long generation() {
        return db.reopened();
    }

    @Override
    public void listen(Consumer<Completion> listener) {
        this.listener = listener;
    }

    /** One commit on its way. */
    private final class CommitChange implements Change {
        private final Commit commit;

        private CommitChange(Commit commit) {
            this.commit = commit;
        }

        @Override
        public long bytes() {
            return commit.bytes();
        }

        @Override
        public boolean isBuiltOn() {
            return true;
        }

        @Override
        public @Nullable ReplicaSetId headerOf() {
            return commit.header() == null ? null : commit.set();
        }

        @Override
        public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
            Commit.Header header = commit.header();
            if (header != null && lastHeader) {
                batch.put(db.meta(), RecordCodec.headerKey(commit.set()), RecordCodec.header(header));
            }
            add(batch, commit);
        }

        @Override
        public void ended(@Nullable StorageException failure) {
            if (failure == null) {
                recent.written(commit);
            } else {
                recent.clear();
            }
            listener.accept(new Completion(commit, failure));
        }
    }

    private void add(WriteBatch batch, Commit commit) throws RocksDBException {
        for (Commit.Change change : commit.changes()) {
            byte[] key = RecordCodec.key(change.key());
            if (change.state().isEmpty()) {
                batch.delete(db.data(), key);
            } else {
                batch.put(db.data(), key, RecordCodec.state(change.state()));
            }
            if (change.remnant()) {
                batch.put(db.remnants(), key, new byte[0]);
            } else if (change.state().versions().isEmpty()) {
                batch.delete(db.remnants(), key);
            }
            batch.put(db.meta(), RecordCodec.leafKey(commit.set(), change.leaf()), RecordCodec.sum(change.sum()));
        }
        for (Commit.HintChange change : commit.hints()) {
            Hint hint = change.hint();
            byte[] key = RecordCodec.hintKey(change.target(), change.key());
            if (hint == null) {
                batch.delete(db.hints(), key);
            } else {
                batch.put(db.hints(), key, RecordCodec.hint(hint));
            }
        }
        for (RetiredActor retired : commit.retired()) {
            batch.put(db.meta(), RecordCodec.retiredKey(retired), new byte[0]);
        }
        for (RecordKey settled : commit.settled()) {
            batch.delete(db.remnants(), RecordCodec.key(settled));
        }
        Commit.RequestEntry request = commit.request();
        if (request != null) {
            batch.put(
                    db.requests(),
                    RecordCodec.requestKey(request.era(), commit.set(), request.id()),
                    RecordCodec.request(request));
            if (request.era() > newestEra) {
                newestEra = request.era();
                batch.deleteRange(
                        db.requests(),
                        new byte[4],
                        new ByteSink(4).u32(request.era() - 1).toByteArray());
            }
        }
    }

    @Override
    public Commit.@Nullable RequestEntry findRequest(ReplicaSetId set, Bytes id, int era) {
        for (int e = era; e >= era - 1; e--) {
            byte[] value = db.get(db.requests(), RecordCodec.requestKey(e, set, id));
            if (value != null) {
                return RecordCodec.readRequest(value, id, e, set.partition());
            }
        }
        return null;
    }

    @Override
    public Leaf readLeaf(ReplicaSetId set, int leaf) {
        long first = partitions.firstToken(set.partition(), leaf, LeafTable.LEAF_BITS);
        byte[] prefix = RecordCodec.prefix(set);
        byte[] start = RecordCodec.prefix(new ByteSink(16), set).u64(first).toByteArray();
        LeafReader reader = new LeafReader();
        try (RocksColumns.Snapshot snapshot = db.snapshot();
                RocksIterator i = snapshot.iterator(db.data())) {
            for (i.seek(start); i.isValid(); i.next()) {
                byte[] encoded = i.key();
                if (!RocksColumns.startsWith(encoded, prefix)) {
                    break;
                }
                RecordKey key = RecordCodec.readKey(encoded);
                if (partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS) != leaf) {
                    break;
                }
                reader.add(key, i.value());
            }
            return reader.against(snapshot.get(db.meta(), RecordCodec.leafKey(set, leaf)));
        }
    }

    @Override
    public List<RecordKey> keysOf(ReplicaSetId set, String bucket, int generation, int limit) {
        List<RecordKey> found = new ArrayList<>();
        db.scan(db.data(), RecordCodec.prefix(set), (encoded, value) -> {
            RecordKey key = RecordCodec.readKey(encoded);
            if (key.bucket().equals(bucket) && key.generation() == generation) {
                found.add(key);
            }
            return found.size() < limit;
        });
        return found;
    }

    @Override
    public List<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit) {
        byte[] from = after == null ? RecordCodec.prefix(set) : RecordCodec.key(after);
        List<RecordKey> found = new ArrayList<>();
        db.scanKeys(db.data(), from, RecordCodec.prefix(set), encoded -> {
            if (after == null || !Arrays.equals(encoded, from)) {
                found.add(RecordCodec.readKey(encoded));
            }
            return found.size() < limit;
        });
        return found;
    }

    @Override
    public List<ReplicaSetId> replicaSets() {
        List<ReplicaSetId> sets = new ArrayList<>();
        db.scan(db.meta(), new byte[] {'H'}, (key, value) -> {
            sets.add(new ReplicaSetId(key[3] & 0xff, (key[1] & 0xff) << 8 | (key[2] & 0xff)));
            return true;
        });
        return sets;
    }

    /** Writes what waits, syncs whatever the sync mode, and closes the engine. */
    @Override
    public void close() {
        writer.close();
        try {
            if (writer.failure() == null) {
                db.sync();
            }
        } finally {
            db.close();
        }
    }

    /** Whether a change that was asked for is not on disk and never will be. */
    public boolean failed() {
        return writer.failure() != null;
    }

    /** Ends at once and forgets what waits, as a crash would. */
    public void drop() {
        writer.drop();
        db.close();
    }
}
