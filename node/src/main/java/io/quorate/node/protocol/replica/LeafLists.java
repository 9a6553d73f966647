package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.version.KeyState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The leaves of a replica as they are held against those of other homes. */
final class LeafLists {
    private final PartitionStore store;
    private final ReplicaSetId id;
    private final Census census;

    LeafLists(PartitionStore store, ReplicaSetId id, Census census) {
        this.store = store;
        this.id = id;
        this.census = census;
    }

    LeafListing durable(int leaf) {
        PartitionStore.Leaf read = store.readLeaf(id, leaf);
        Map<RecordKey, Long> digests = new LinkedHashMap<>();
        List<RecordKey> bare = new ArrayList<>();
        read.records().forEach((key, state) -> {
            note(digests, key, state);
            if (state.versions().isEmpty()) {
                bare.add(key);
            }
        });
        return new LeafListing(digests, bare, read.unreadable(), read.matches());
    }

    LeafListing newest(int leaf, Map<RecordKey, Pending> pending) {
        LeafListing listing = durable(leaf);
        pending.forEach((key, changing) -> {
            if (census.leafOf(key) == leaf) {
                note(listing.digests(), key, changing.newest);
            }
        });
        return listing;
    }

    private static void note(Map<RecordKey, Long> digests, RecordKey key, KeyState state) {
        if (state.versions().isEmpty()) {
            digests.remove(key);
        } else {
            digests.put(key, state.digest());
        }
    }
}
