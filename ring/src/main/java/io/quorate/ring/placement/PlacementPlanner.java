package io.quorate.ring.placement;

import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Membership;
import org.jspecify.annotations.Nullable;

/**
 * Decides which nodes hold which partitions. A pure function: the same arguments give the same table on every node, so
 * that any node can recompute a plan and compare. Every table must pass {@link PlacementCheck}.
 */
public interface PlacementPlanner {
    /**
     * The table for these members.
     *
     * @param replicas N, from 1 to the number of members
     * @param previous the table in force, from which a plan should move as little as it can; null at birth
     * @throws IllegalArgumentException when there are fewer members than replicas
     */
    PartitionTable plan(
            Membership membership, PartitionCount partitions, int replicas, @Nullable PartitionTable previous);
}
