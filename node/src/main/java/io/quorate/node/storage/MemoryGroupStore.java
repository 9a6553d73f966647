package io.quorate.node.storage;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.KeyState;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of one group that lives as long as its process, for tests and simulations: rows in the form they have on disk,
 * changed at once. For one group and one thread.
 */
public class MemoryGroupStore implements GroupStore {
    private NavigableMap<Bytes, GroupCommit.Row> rows = new TreeMap<>();
    private NavigableMap<Bytes, GroupCommit.Row> coming = new TreeMap<>();
    private GroupCommit.@Nullable Header header;
    private boolean givenUp;

    @Override
    public KeyState read(RecordKey key) {
        GroupCommit.Row row = rows.get(rowKey(GroupImage.DATA, dataKey(key)));
        return row == null
                ? KeyState.EMPTY
                : RecordCodec.readState(row.value().unsafeArray(), key.set().partition());
    }

    @Override
    public ImmutableList<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit) {
        Bytes from = rowKey(GroupImage.DATA, after == null ? Bytes.EMPTY : dataKey(after));
        byte[] prefix = RecordCodec.prefix(set);
        return rows.tailMap(from, false).values().stream()
                .filter(row -> row.kind() == GroupImage.DATA)
                .limit(limit)
                .map(row -> RecordCodec.readKey(new ByteSink(64)
                        .raw(prefix, 0, prefix.length)
                        .raw(row.key())
                        .toByteArray()))
                .collect(ImmutableList.toImmutableList());
    }

    @Override
    public GroupCommit.Opened open(ReplicaSetId set) {
        LeafTable leaves = new LeafTable();
        rows.values().stream()
                .filter(row -> row.kind() == GroupRecordCodec.LEAF)
                .forEach(row -> leaves.set(
                        new ByteSource(row.key()).u16(),
                        RecordCodec.readSum(row.value().unsafeArray())));
        return new GroupCommit.Opened(header, leaves);
    }

    @Override
    public void afterAll(Runnable then) {
        then.run();
    }

    @Override
    public void giveUp(ReplicaSetId set, Consumer<@Nullable StorageException> ended) {
        givenUp = true;
        ended.accept(null);
    }

    @Override
    public boolean isGivenUp(ReplicaSetId set) {
        return givenUp;
    }

    @Override
    public GroupCommit.@Nullable Remembered findRequest(ReplicaSetId set, Bytes id, int era) {
        for (int e = era; e >= era - 1; e--) {
            GroupCommit.Row row = rows.get(rowKey(GroupRecordCodec.REQUEST, requestKey(e, id)));
            if (row != null) {
                return GroupRecordCodec.readRequest(row.value().unsafeArray(), id, e);
            }
        }
        return null;
    }

    @Override
    public void commit(GroupCommit commit, Consumer<@Nullable StorageException> ended) {
        for (Commit.Change change : commit.changes()) {
            Bytes key = dataKey(change.key());
            if (change.state().isEmpty()) {
                rows.remove(rowKey(GroupImage.DATA, key));
            } else {
                put(rows, GroupImage.DATA, key, RecordCodec.state(change.state()));
            }
            put(
                    rows,
                    GroupRecordCodec.LEAF,
                    new ByteSink(2).u16(change.leaf()).toBytes(),
                    RecordCodec.sum(change.sum()));
        }
        for (GroupCommit.Remembered request : commit.requests()) {
            put(
                    rows,
                    GroupRecordCodec.REQUEST,
                    requestKey(request.era(), request.id()),
                    GroupRecordCodec.request(request));
        }
        header = commit.header();
        if (commit.endsEra()) {
            rows.subMap(
                            rowKey(GroupRecordCodec.REQUEST, requestKey(0, Bytes.EMPTY)),
                            rowKey(
                                    GroupRecordCodec.REQUEST,
                                    requestKey(commit.header().era() - 1, Bytes.EMPTY)))
                    .clear();
        }
        ended.accept(null);
    }

    private static void put(NavigableMap<Bytes, GroupCommit.Row> rows, int kind, Bytes key, byte[] value) {
        rows.put(rowKey(kind, key), new GroupCommit.Row(kind, key, Bytes.wrap(value)));
    }

    private static Bytes rowKey(int kind, Bytes key) {
        return new ByteSink(key.length() + 1).u8(kind).raw(key).toBytes();
    }

    private static Bytes dataKey(RecordKey key) {
        byte[] encoded = RecordCodec.key(key);
        return Bytes.wrap(Arrays.copyOfRange(encoded, 3, encoded.length));
    }

    private static Bytes requestKey(int era, Bytes id) {
        return new ByteSink(32).u32(era).raw(id).toBytes();
    }

    @Override
    public @Nullable StorageException refusal() {
        return null;
    }

    @Override
    public long generation() {
        return 0;
    }

    @Override
    public Image image(ReplicaSetId set) {
        GroupCommit.Header present = header;
        if (present == null) {
            throw new StorageException("there is no state to send");
        }
        Iterator<GroupCommit.Row> left = List.copyOf(rows.values()).iterator();
        return new Image() {
            @Override
            public GroupCommit.Header header() {
                return present;
            }

            @Override
            public ImmutableList<GroupCommit.Row> next(int bytes) {
                ImmutableList.Builder<GroupCommit.Row> next = ImmutableList.builder();
                for (long read = 0; left.hasNext() && read < bytes; ) {
                    GroupCommit.Row row = left.next();
                    next.add(row);
                    read += row.key().length() + row.value().length() + 8L;
                }
                return next.build();
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    public Count count(ReplicaSetId set, PartitionCount partitions) {
        return new GroupCount(image(set), set, partitions);
    }

    @Override
    public void beginInstall(ReplicaSetId set, Consumer<@Nullable StorageException> ended) {
        coming = new TreeMap<>();
        ended.accept(null);
    }

    @Override
    public void install(
            ReplicaSetId set, ImmutableList<GroupCommit.Row> more, Consumer<@Nullable StorageException> ended) {
        more.forEach(row -> coming.put(rowKey(row.kind(), row.key()), row));
        ended.accept(null);
    }

    @Override
    public void endInstall(ReplicaSetId set, GroupCommit.Header next, Consumer<@Nullable StorageException> ended) {
        rows = coming;
        coming = new TreeMap<>();
        header = next;
        givenUp = false;
        ended.accept(null);
    }

    /** The last entry that is in the state; 0 for none. */
    public long index() {
        GroupCommit.Header present = header;
        return present == null ? 0 : present.index();
    }

    /** The same, to be changed alone. */
    public MemoryGroupStore copy() {
        MemoryGroupStore copy = new MemoryGroupStore();
        copy.rows.putAll(rows);
        copy.coming.putAll(coming);
        copy.header = header;
        copy.givenUp = givenUp;
        return copy;
    }

    /** Whether two hold the same, byte for byte. */
    public boolean isSameAs(MemoryGroupStore other) {
        return rows.equals(other.rows);
    }
}
