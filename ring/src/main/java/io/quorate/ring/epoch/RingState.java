package io.quorate.ring.epoch;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.placement.PartitionTable;
import io.quorate.ring.placement.PreferenceList;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.Membership;

/** The ring at one epoch: who is a member and which nodes hold which partition. Immutable. */
public final class RingState {
    private final long epoch;
    private final Membership membership;
    private final PartitionTable table;
    private final ImmutableList<PreferenceList> preferences;

    public RingState(long epoch, Membership membership, PartitionTable table) {
        this.epoch = epoch;
        this.membership = membership;
        this.table = table;
        ImmutableList.Builder<PreferenceList> lists = ImmutableList.builder();
        for (int p = 0; p < table.partitions().value(); p++) {
            lists.add(PreferenceList.of(p, table, membership));
        }
        this.preferences = lists.build();
    }

    /** Rises by one with every change of ownership. */
    public long epoch() {
        return epoch;
    }

    public Membership membership() {
        return membership;
    }

    public PartitionTable table() {
        return table;
    }

    public PartitionCount partitions() {
        return table.partitions();
    }

    public PreferenceList preference(int partition) {
        return preferences.get(partition);
    }

    public int partitionOf(String bucket, Bytes key) {
        return table.partitions().partitionOf(TokenHash.tokenOf(bucket, key));
    }
}
