package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a replica holds, in sums: the leaves of its hash tree, and how many keys and versions. */
final class Census {
    private final PartitionCount partitions;
    private final LeafTable leaves;
    private long keys;
    private long versions;

    /**
     * As it was stored.
     *
     * @param header null if nothing ever was
     */
    Census(PartitionCount partitions, LeafTable leaves, Commit.@Nullable Header header) {
        this.partitions = partitions;
        this.leaves = leaves;
        this.keys = header == null ? 0 : header.keys();
        this.versions = header == null ? 0 : header.versions();
    }

    long keys() {
        return keys;
    }

    long versions() {
        return versions;
    }

    LeafTable leaves() {
        return leaves;
    }

    int leafOf(RecordKey key) {
        return partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS);
    }

    /** A key's record changes. */
    void changed(RecordKey key, KeyState before, KeyState after) {
        LeafTable.Sum sum = leaves.get(leafOf(key));
        for (Version version : before.versions()) {
            if (!after.has(version.dot())) {
                sum = sum.minus(term(key, version.dot()));
            }
        }
        for (Version version : after.versions()) {
            if (!before.has(version.dot())) {
                sum = sum.plus(term(key, version.dot()));
            }
        }
        leaves.set(leafOf(key), sum);
        versions += after.versions().size() - before.versions().size();
        keys += (after.versions().isEmpty() ? 0 : 1) - (before.versions().isEmpty() ? 0 : 1);
    }

    /** A record that was lost, or a part of it, is back: what the clock knows never ceased to count. */
    void restored(RecordKey key, KeyState local, KeyState merged, PartitionClock clock) {
        boolean counted = !local.versions().isEmpty();
        LeafTable.Sum sum = leaves.get(leafOf(key));
        for (Version version : merged.versions()) {
            if (!local.has(version.dot())) {
                boolean known = clock.contains(version.dot());
                counted |= known;
                sum = known ? sum : sum.plus(term(key, version.dot()));
                versions += known ? 0 : 1;
            }
        }
        for (Version version : local.versions()) {
            if (!merged.has(version.dot())) {
                sum = sum.minus(term(key, version.dot()));
                versions--;
            }
        }
        leaves.set(leafOf(key), sum);
        keys += (merged.versions().isEmpty() ? 0 : 1) - (counted ? 1 : 0);
    }

    Commit.Change change(RecordKey key, KeyState stripped, boolean remnant) {
        int leaf = leafOf(key);
        return new Commit.Change(key, stripped, remnant, leaf, leaves.get(leaf));
    }

    /** The records of a leaf are these, whatever was counted. */
    void recounted(int leaf, Map<RecordKey, KeyState> records) {
        LeafTable.Sum sum = LeafTable.Sum.ZERO;
        for (Map.Entry<RecordKey, KeyState> record : records.entrySet()) {
            for (Version version : record.getValue().versions()) {
                sum = sum.plus(term(record.getKey(), version.dot()));
            }
        }
        leaves.set(leaf, sum);
    }

    /**
     * A record of a leaf, with which the leaf's sum goes to the disk; of a key that nobody can have written where there is
     * none, as no bucket has its name.
     */
    Map.Entry<RecordKey, KeyState> someOf(ReplicaSetId set, int leaf, Map<RecordKey, KeyState> records) {
        if (!records.isEmpty()) {
            return records.entrySet().iterator().next();
        }
        long token = partitions.firstToken(set.partition(), leaf, LeafTable.LEAF_BITS);
        return Map.entry(new RecordKey(set, token, "_", 0, Bytes.ofUtf8("_")), KeyState.EMPTY);
    }

    static LeafTable.Sum term(RecordKey key, Dot dot) {
        return LeafTable.term(key.bucket(), key.generation(), key.key(), dot);
    }
}
