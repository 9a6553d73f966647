package io.quorate.node.storage;

import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers the records of one leaf and sums them up. */
final class LeafReader {
    private final Map<RecordKey, KeyState> records = new LinkedHashMap<>();
    private final List<RecordKey> unreadable = new ArrayList<>();
    private LeafTable.Sum sum = LeafTable.Sum.ZERO;

    void add(RecordKey key, byte[] record) {
        KeyState state = RecordCodec.readable(record, key.set().partition());
        if (state == null) {
            unreadable.add(key);
            return;
        }
        records.put(key, state);
        for (Version version : state.versions()) {
            sum = sum.plus(LeafTable.term(key.bucket(), key.generation(), key.key(), version.dot()));
        }
    }

    /** The leaf, held against the sum that is stored for it; nothing is stored for one that was never written. */
    PartitionStore.Leaf against(byte @Nullable [] stored) {
        LeafTable.Sum kept = stored == null ? LeafTable.Sum.ZERO : RecordCodec.readSum(stored);
        return new PartitionStore.Leaf(records, unreadable, unreadable.isEmpty() && sum.equals(kept));
    }
}
