package io.quorate.node.storage;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * The state of one group at one moment, read piece by piece: records, then leaves, then requests. It holds no lock between
 * pieces; where the engine has been opened again meanwhile, the view is gone and the next piece fails.
 */
final class GroupImage implements GroupStore.Image {
    /** The kind of rows that are records; the others are known by the letter in front of their keys. */
    static final int DATA = 0;

    private static final int[] KINDS = {DATA, GroupRecordCodec.LEAF, GroupRecordCodec.REQUEST};

    private final RocksColumns db;
    private final ReplicaSetId set;
    private final RocksColumns.View view;
    private final GroupRecordCodec.Placed placed;
    private int at;
    /** The last key that was read of the present kind; null before the first. */
    private byte @Nullable [] last;

    GroupImage(RocksColumns db, ReplicaSetId set) {
        this.db = db;
        this.set = set;
        this.view = db.view();
        try {
            byte[] header = view.get(db.meta(), GroupRecordCodec.headerKey(set));
            if (header == null) {
                throw new StorageException("partition " + set.partition() + " has no state to send");
            }
            this.placed = GroupRecordCodec.readHeader(header);
        } catch (RuntimeException e) {
            view.close();
            throw e;
        }
    }

    @Override
    public GroupCommit.Header header() {
        return placed.header();
    }

    @Override
    public ImmutableList<GroupCommit.Row> next(int bytes) {
        ImmutableList.Builder<GroupCommit.Row> rows = ImmutableList.builder();
        long left = bytes;
        while (at < KINDS.length && left > 0) {
            left = read(KINDS[at], rows, left);
            if (left > 0) {
                at++;
                last = null;
            }
        }
        return rows.build();
    }

    /** Reads rows of a kind until so many bytes are read or none is left; what is left of the bytes. */
    private long read(int kind, ImmutableList.Builder<GroupCommit.Row> rows, long bytes) {
        byte[] prefix = kind == DATA
                ? GroupRecordCodec.prefix(set, placed.second())
                : GroupRecordCodec.prefix((byte) kind, set, placed.second());
        long[] left = {bytes};
        view.use(kind == DATA ? db.data() : db.meta(), i -> {
            seek(i, prefix);
            for (; i.isValid() && left[0] > 0 && RocksColumns.startsWith(i.key(), prefix); i.next()) {
                byte[] key = i.key();
                byte[] value = i.value();
                Bytes rest = Bytes.copyOf(key, prefix.length, key.length - prefix.length);
                rows.add(new GroupCommit.Row(kind, rest, Bytes.wrap(value)));
                last = key;
                left[0] -= key.length + value.length + 8L;
            }
        });
        return left[0];
    }

    private void seek(RocksIterator i, byte[] prefix) {
        byte[] from = last;
        i.seek(from == null ? prefix : from);
        if (from != null && i.isValid() && java.util.Arrays.equals(i.key(), from)) {
            i.next();
        }
    }

    @Override
    public void close() {
        view.close();
    }
}
