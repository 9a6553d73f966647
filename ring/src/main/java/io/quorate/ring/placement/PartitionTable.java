package io.quorate.ring.placement;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import java.util.List;

/** Q ordered lists of N home replicas: index = partition, position 0 = the first preference. */
public final class PartitionTable {
    private final PartitionCount partitions;
    private final int replicas;
    private final ImmutableList<ImmutableList<NodeId>> homes;

    public PartitionTable(int replicas, List<? extends List<NodeId>> homes) {
        this.partitions = new PartitionCount(homes.size());
        this.replicas = replicas;
        ImmutableList.Builder<ImmutableList<NodeId>> rows = ImmutableList.builder();
        for (List<NodeId> row : homes) {
            if (row.size() != replicas) {
                throw new IllegalArgumentException("a partition has " + row.size() + " homes, not " + replicas);
            }
            rows.add(ImmutableList.copyOf(row));
        }
        this.homes = rows.build();
    }

    public PartitionCount partitions() {
        return partitions;
    }

    /** N, the number of homes of every partition. */
    public int replicas() {
        return replicas;
    }

    public ImmutableList<NodeId> homes(int partition) {
        return homes.get(partition);
    }

    public ImmutableList<ImmutableList<NodeId>> rows() {
        return homes;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PartitionTable t && replicas == t.replicas && homes.equals(t.homes);
    }

    @Override
    public int hashCode() {
        return homes.hashCode();
    }
}
