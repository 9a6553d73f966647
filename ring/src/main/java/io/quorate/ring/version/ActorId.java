package io.quorate.ring.version;

import io.quorate.ring.topology.NodeId;

/**
 * Who issues dots: one node, for one partition, in one incarnation. An incarnation is a random number that is never
 * used again, so that a home that may have forgotten dots it once issued cannot issue them a second time.
 */
public record ActorId(NodeId node, int partition, long incarnation) implements Comparable<ActorId> {
    @Override
    public int compareTo(ActorId other) {
        if (equals(other)) {
            return 0;
        }
        int byNode = node.compareTo(other.node);
        if (byNode != 0) {
            return byNode;
        }
        int byPartition = Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : Long.compareUnsigned(incarnation, other.incarnation);
    }

    @Override
    public boolean equals(Object o) {
        if (this == o) {
            return true;
        }
        return o instanceof ActorId a
                && incarnation == a.incarnation
                && partition == a.partition
                && node.equals(a.node);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(incarnation * 31 + partition) ^ node.hashCode();
    }
}
