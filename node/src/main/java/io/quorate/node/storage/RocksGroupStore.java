package io.quorate.node.storage;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.KeyState;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The states of a node's groups, in the engine and with the writer of its {@link RocksPartitionStore}. Safe from any thread;
 * each group is used by one.
 */
public final class RocksGroupStore implements GroupStore {
    private static final int LEAF_KEY_BYTES = 2;
    private static final int ERA_BYTES = 4;

    private final RocksColumns db;
    private final RocksWriter writer;
    private final RecentRecords recent;
    /** Of each group that was opened, whether its state lies in its second place. */
    private final Map<ReplicaSetId, Boolean> places = new ConcurrentHashMap<>();

    /**
     * Beside a store of leaderless buckets.
     *
     * @param recentBytes memory for the records read or written last
     */
    public RocksGroupStore(RocksPartitionStore beside, long recentBytes) {
        this.db = beside.columns();
        this.writer = beside.writer();
        this.recent = new RecentRecords(recentBytes);
    }

    private boolean place(ReplicaSetId set) {
        return places.getOrDefault(set, false);
    }

    @Override
    public KeyState read(RecordKey key) {
        KeyState known = recent.get(key);
        if (known != null) {
            return known;
        }
        long before = recent.writes();
        byte[] value = db.get(db.data(), GroupRecordCodec.key(key, place(key.set())));
        if (value == null) {
            return KeyState.EMPTY;
        }
        KeyState state = RecordCodec.readState(value, key.set().partition());
        recent.read(key, state, before);
        return state;
    }

    @Override
    public ImmutableList<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit) {
        byte[] prefix = GroupRecordCodec.prefix(set, place(set));
        byte[] from = after == null ? prefix : GroupRecordCodec.key(after, place(set));
        ImmutableList.Builder<RecordKey> found = ImmutableList.builder();
        int[] left = {limit};
        db.scanKeys(db.data(), from, prefix, encoded -> {
            if (after == null || !Arrays.equals(encoded, from)) {
                found.add(GroupRecordCodec.readKey(encoded));
                left[0]--;
            }
            return left[0] > 0;
        });
        return found.build();
    }

    @Override
    public GroupCommit.Opened open(ReplicaSetId set) {
        byte[] found = db.get(db.meta(), GroupRecordCodec.headerKey(set));
        GroupRecordCodec.Placed placed = found == null ? null : GroupRecordCodec.readHeader(found);
        boolean second = placed != null && placed.second();
        places.put(set, second);
        LeafTable leaves = new LeafTable();
        db.scan(db.meta(), GroupRecordCodec.prefix(GroupRecordCodec.LEAF, set, second), (key, value) -> {
            int leaf = (key[key.length - 2] & 0xff) << 8 | (key[key.length - 1] & 0xff);
            leaves.set(leaf, RecordCodec.readSum(value));
            return true;
        });
        return new GroupCommit.Opened(placed == null ? null : placed.header(), leaves);
    }

    @Override
    public void afterAll(Runnable then) {
        writer.afterAll(then);
    }

    @Override
    public void giveUp(ReplicaSetId set, Consumer<@Nullable StorageException> ended) {
        writer.submit(new Staged(64, true, ended) {
            @Override
            public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
                batch.put(db.meta(), GroupRecordCodec.givenUpKey(set), new byte[0]);
            }
        });
    }

    @Override
    public boolean isGivenUp(ReplicaSetId set) {
        return db.get(db.meta(), GroupRecordCodec.givenUpKey(set)) != null;
    }

    @Override
    public GroupCommit.@Nullable Remembered findRequest(ReplicaSetId set, Bytes id, int era) {
        for (int e = era; e >= era - 1; e--) {
            byte[] value = db.get(db.meta(), GroupRecordCodec.requestKey(set, e, id, place(set)));
            if (value != null) {
                return GroupRecordCodec.readRequest(value, id, e);
            }
        }
        return null;
    }

    @Override
    public @Nullable StorageException refusal() {
        return writer.refusal();
    }

    @Override
    public long generation() {
        return db.reopened();
    }

    @Override
    public void commit(GroupCommit commit, Consumer<@Nullable StorageException> ended) {
        writer.submit(new GroupChange(commit, ended));
    }

    /** A change of one group's state. */
    private final class GroupChange implements Change {
        private final GroupCommit commit;
        private final Consumer<@Nullable StorageException> ended;
        private boolean stale;

        private GroupChange(GroupCommit commit, Consumer<@Nullable StorageException> ended) {
            this.commit = commit;
            this.ended = ended;
        }

        @Override
        public long bytes() {
            return commit.bytes();
        }

        @Override
        public boolean isAwaited() {
            return false;
        }

        @Override
        public @Nullable ReplicaSetId headerOf() {
            return commit.set();
        }

        @Override
        public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
            stale = commit.generation() != db.reopened();
            if (stale) {
                return;
            }
            ReplicaSetId set = commit.set();
            boolean second = place(set);
            for (Commit.Change change : commit.changes()) {
                byte[] key = GroupRecordCodec.key(change.key(), second);
                if (change.state().isEmpty()) {
                    batch.delete(db.data(), key);
                } else {
                    batch.put(db.data(), key, RecordCodec.state(change.state()));
                }
                batch.put(
                        db.meta(), GroupRecordCodec.leafKey(set, change.leaf(), second), RecordCodec.sum(change.sum()));
            }
            for (GroupCommit.Remembered request : commit.requests()) {
                batch.put(
                        db.meta(),
                        GroupRecordCodec.requestKey(set, request.era(), request.id(), second),
                        GroupRecordCodec.request(request));
            }
            int era = commit.header().era();
            if (lastHeader) {
                batch.put(db.meta(), GroupRecordCodec.headerKey(set), GroupRecordCodec.header(commit.header(), second));
            }
            if (commit.endsEra()) {
                batch.deleteRange(
                        db.meta(),
                        GroupRecordCodec.eraKey(set, 0, second),
                        GroupRecordCodec.eraKey(set, era - 1, second));
            }
        }

        @Override
        public void ended(@Nullable StorageException failure) {
            StorageException known = stale && failure == null
                    ? new StorageException("it builds on what the engine has forgotten")
                    : failure;
            if (known == null) {
                recent.written(commit.changes());
            } else {
                recent.clear();
            }
            ended.accept(known);
        }
    }

    @Override
    public Image image(ReplicaSetId set) {
        byte[] found = db.get(db.meta(), GroupRecordCodec.headerKey(set));
        if (found == null) {
            throw new StorageException("partition " + set.partition() + " has no state to send");
        }
        return new GroupImage(db, set);
    }

    @Override
    public Count count(ReplicaSetId set, PartitionCount partitions) {
        return new GroupCount(image(set), set, partitions);
    }

    @Override
    public void beginInstall(ReplicaSetId set, Consumer<@Nullable StorageException> ended) {
        boolean second = !place(set);
        writer.submit(new Staged(64, true, ended) {
            @Override
            public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
                clear(batch, set, second);
            }
        });
    }

    /** Takes away all that lies in one of a group's places. */
    private void clear(WriteBatch batch, ReplicaSetId set, boolean second) throws RocksDBException {
        byte[] data = GroupRecordCodec.prefix(set, second);
        batch.deleteRange(db.data(), data, following(data));
        for (byte letter : new byte[] {GroupRecordCodec.LEAF, GroupRecordCodec.REQUEST}) {
            byte[] meta = GroupRecordCodec.prefix(letter, set, second);
            batch.deleteRange(db.meta(), meta, following(meta));
        }
    }

    private static byte[] following(byte[] prefix) {
        byte[] next = prefix.clone();
        next[next.length - 1]++;
        return next;
    }

    @Override
    public void install(
            ReplicaSetId set, ImmutableList<GroupCommit.Row> rows, Consumer<@Nullable StorageException> ended) {
        try {
            rows.forEach(row -> check(row, set));
        } catch (CorruptRecordException e) {
            ended.accept(new StorageException("a piece of it is damaged: " + e.getMessage()));
            return;
        }
        boolean second = !place(set);
        long bytes = rows.stream().mapToLong(row -> row.value().length()).sum();
        writer.submit(new Staged(bytes, true, ended) {
            @Override
            public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
                for (GroupCommit.Row row : rows) {
                    batch.put(
                            row.kind() == GroupImage.DATA ? db.data() : db.meta(),
                            keyOf(row, set, second),
                            row.value().unsafeArray());
                }
            }
        });
    }

    @Override
    public void endInstall(ReplicaSetId set, GroupCommit.Header header, Consumer<@Nullable StorageException> ended) {
        boolean second = !place(set);
        writer.submit(
                new Staged(64, true, failure -> {
                    if (failure == null) {
                        places.put(set, second);
                        recent.clear();
                    }
                    ended.accept(failure);
                }) {
                    @Override
                    public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
                        batch.put(db.meta(), GroupRecordCodec.headerKey(set), GroupRecordCodec.header(header, second));
                        batch.delete(db.meta(), GroupRecordCodec.givenUpKey(set));
                        clear(batch, set, !second);
                    }
                });
    }

    /** A step of taking a state in. */
    private abstract static class Staged implements Change {
        private final long bytes;
        private final boolean awaited;
        private final Consumer<@Nullable StorageException> ended;

        private Staged(long bytes, boolean awaited, Consumer<@Nullable StorageException> ended) {
            this.bytes = bytes;
            this.awaited = awaited;
            this.ended = ended;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public boolean isAwaited() {
            return awaited;
        }

        @Override
        public void ended(@Nullable StorageException failure) {
            ended.accept(failure);
        }
    }

    /** Checks a row that has come from another node before it is written: damage is noticed where it comes in. */
    private static void check(GroupCommit.Row row, ReplicaSetId set) {
        byte[] value = row.value().unsafeArray();
        if (row.kind() == GroupImage.DATA) {
            RecordCodec.readKey(keyOf(row, set, false));
            RecordCodec.readState(value, set.partition());
        } else if (row.kind() == GroupRecordCodec.LEAF) {
            checkKey(row, row.key().length() == LEAF_KEY_BYTES);
            RecordCodec.readSum(value);
        } else if (row.kind() == GroupRecordCodec.REQUEST) {
            checkKey(row, row.key().length() >= ERA_BYTES);
            GroupRecordCodec.readRequest(value, Bytes.EMPTY, 0);
        } else {
            throw new CorruptRecordException("a row of kind " + row.kind());
        }
    }

    private static void checkKey(GroupCommit.Row row, boolean good) {
        if (!good) {
            throw new CorruptRecordException("a row of kind " + row.kind() + " whose key has "
                    + row.key().length() + " bytes");
        }
    }

    /** The whole key of a row in one of a group's places. */
    private static byte[] keyOf(GroupCommit.Row row, ReplicaSetId set, boolean second) {
        byte[] prefix = row.kind() == GroupImage.DATA
                ? GroupRecordCodec.prefix(set, second)
                : GroupRecordCodec.prefix((byte) row.kind(), set, second);
        return new ByteSink(64).raw(prefix, 0, prefix.length).raw(row.key()).toByteArray();
    }
}
