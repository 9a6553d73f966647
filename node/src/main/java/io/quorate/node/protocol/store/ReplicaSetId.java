package io.quorate.node.protocol.store;

/**
 * The unit that has one hash tree, and one clock of its own or one group: a partition as the first n of its homes hold it.
 * Buckets of equal n and mode share it.
 *
 * @param led whether a group keeps it (leader mode), so that it has a log and no clock
 */
public record ReplicaSetId(int n, int partition, boolean led) implements Comparable<ReplicaSetId> {
    private static final int LED = 0x80;

    /** Of a leaderless bucket. */
    public ReplicaSetId(int n, int partition) {
        this(n, partition, false);
    }

    /** What a group keeps. */
    public static ReplicaSetId led(int n, int partition) {
        return new ReplicaSetId(n, partition, true);
    }

    /** From {@link #shape} and a partition. */
    public static ReplicaSetId ofShape(int shape, int partition) {
        return new ReplicaSetId(shape & ~LED, partition, (shape & LED) != 0);
    }

    /** All but the partition, in one byte. */
    public int shape() {
        return led ? n | LED : n;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ReplicaSetId other && n == other.n && partition == other.partition && led == other.led;
    }

    @Override
    public int hashCode() {
        return 31 * partition + shape();
    }

    @Override
    public int compareTo(ReplicaSetId other) {
        int byPartition = Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : Integer.compare(shape(), other.shape());
    }
}
