package io.quorate.node.protocol.store;

/**
 * The unit that has one clock, one hash tree and (in leader mode) one group of its own: a partition as the first n of its
 * homes hold it. Buckets of equal n share it.
 */
public record ReplicaSetId(int n, int partition) implements Comparable<ReplicaSetId> {
    @Override
    public boolean equals(Object o) {
        return o instanceof ReplicaSetId other && n == other.n && partition == other.partition;
    }

    @Override
    public int hashCode() {
        return 31 * partition + n;
    }

    @Override
    public int compareTo(ReplicaSetId other) {
        int byPartition = Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : Integer.compare(n, other.n);
    }
}
