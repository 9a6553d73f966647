package io.quorate.node.storage;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.Counted;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Counts a group's state from an image of it. What is read is decoded before it is counted, so that nodes whose formats
 * differ come to equal sums.
 */
final class GroupCount implements GroupStore.Count {
    private final GroupStore.Image image;
    private final ReplicaSetId set;
    private final PartitionCount partitions;
    private final byte[] prefix;
    private final LeafTable contents = new LeafTable();
    /** What is left of the records' own hash tree when the one that was kept with the writes is taken away. */
    private final LeafTable rest = new LeafTable();

    private LeafTable.Sum others = LeafTable.Sum.ZERO;
    private LeafTable.Sum kept = LeafTable.Sum.ZERO;
    private long keys;
    private int unreadable;
    private @Nullable String firstUnreadable;

    GroupCount(GroupStore.Image image, ReplicaSetId set, PartitionCount partitions) {
        this.image = image;
        this.set = set;
        this.partitions = partitions;
        this.prefix = RecordCodec.prefix(set);
    }

    @Override
    public boolean next(int bytes) {
        ImmutableList<GroupCommit.Row> rows = image.next(bytes);
        for (GroupCommit.Row row : rows) {
            try {
                add(row);
            } catch (CorruptRecordException | DecodeException e) {
                unreadable(row, e);
            }
        }
        return !rows.isEmpty();
    }

    private void add(GroupCommit.Row row) {
        if (row.kind() == GroupImage.DATA) {
            addRecord(keyOf(row), row.value());
        } else if (row.kind() == GroupRecordCodec.LEAF) {
            int leaf = new ByteSource(row.key()).u16();
            if (leaf >= LeafTable.LEAVES) {
                throw new CorruptRecordException("leaf " + leaf);
            }
            LeafTable.Sum sum = RecordCodec.readSum(row.value().unsafeArray());
            kept = kept.plus(sum);
            rest.set(leaf, rest.get(leaf).minus(sum));
        } else {
            GroupCommit.Remembered request =
                    GroupRecordCodec.readRequest(row.value().unsafeArray(), row.key(), 0);
            Hasher hasher = Hashing.murmur3_128().newHasher();
            hasher.putBytes(row.key().unsafeArray())
                    .putLong(request.bodyHash())
                    .putBoolean(request.done())
                    .putLong(request.term())
                    .putLong(request.index());
            others = others.plus(sumOf(hasher.hash()));
        }
    }

    private RecordKey keyOf(GroupCommit.Row row) {
        return RecordCodec.readKey(new ByteSink(prefix.length + row.key().length())
                .raw(prefix, 0, prefix.length)
                .raw(row.key())
                .toByteArray());
    }

    private void addRecord(RecordKey key, Bytes record) {
        KeyState state = RecordCodec.readState(record.unsafeArray(), set.partition());
        int leaf = partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS);
        for (Version version : state.versions()) {
            LeafTable.Sum term = LeafTable.term(key.bucket(), key.generation(), key.key(), version.dot());
            rest.set(leaf, rest.get(leaf).plus(term));
            contents.set(leaf, contents.get(leaf).plus(contentOf(term, version)));
            keys++;
        }
    }

    /** All that a writer gave, bound to the key and to the entry that wrote it. */
    private static LeafTable.Sum contentOf(LeafTable.Sum term, Version version) {
        Hasher hasher = Hashing.murmur3_128().newHasher();
        hasher.putLong(term.high())
                .putLong(term.low())
                .putLong(version.writtenMillis())
                .putInt(version.contentType().length())
                .putString(version.contentType(), StandardCharsets.UTF_8)
                .putInt(version.requestId().length())
                .putBytes(version.requestId().unsafeArray())
                .putBytes(version.value().unsafeArray());
        return sumOf(hasher.hash());
    }

    private static LeafTable.Sum sumOf(HashCode hash) {
        ByteSource in = new ByteSource(hash.asBytes());
        return new LeafTable.Sum(in.u64(), in.u64());
    }

    private void unreadable(GroupCommit.Row row, RuntimeException why) {
        if (unreadable++ == 0) {
            firstUnreadable = nameOf(row) + ": " + why.getMessage();
        }
    }

    private String nameOf(GroupCommit.Row row) {
        if (row.kind() == GroupRecordCodec.LEAF) {
            return "a leaf of its hash tree";
        }
        if (row.kind() == GroupRecordCodec.REQUEST) {
            return "what is remembered of a write";
        }
        try {
            RecordKey key = keyOf(row);
            return "key " + key.key().toUtf8() + " of bucket " + key.bucket();
        } catch (CorruptRecordException e) {
            return "a record under a key that is none";
        }
    }

    @Override
    public Counted counted() {
        GroupCommit.Header header = image.header();
        // How many requests its header counts is left out: after a start on a disk of an older format it begins at
        // none.
        Hasher hasher = Hashing.murmur3_128().newHasher();
        hasher.putLong(header.millis()).putLong(header.keys());
        return new Counted(contents, others.plus(sumOf(hasher.hash())), kept, damage());
    }

    private String damage() {
        if (unreadable > 0) {
            return unreadable + " records cannot be read, the first: " + firstUnreadable;
        }
        int leaves = 0;
        int first = -1;
        for (int leaf = 0; leaf < LeafTable.LEAVES; leaf++) {
            if (!rest.get(leaf).equals(LeafTable.Sum.ZERO)) {
                leaves++;
                first = first < 0 ? leaf : first;
            }
        }
        if (leaves > 0) {
            return leaves + " leaves of its hash tree do not fit its records, the first: " + first;
        }
        long said = image.header().keys();
        return keys == said ? "" : "there are " + keys + " keys where " + said + " were counted with the writes";
    }

    @Override
    public void close() {
        image.close();
    }
}
