package io.quorate.node.transport.tcp;

import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What is fixed when a cluster is born and must be the same on all its nodes, because it decides who holds which key.
 *
 * @param cluster its name
 * @param partitions Q, from 1 to 65536
 * @param replicas N, from 1 to 65535
 */
public record Birth(String cluster, int partitions, int replicas) {
    /** What keeps two nodes apart, naming both values; null if nothing does. */
    @Nullable
    String differenceTo(Birth other, NodeId node, NodeId otherNode) {
        if (!cluster.equals(other.cluster)) {
            return "node " + node + " belongs to cluster '" + cluster + "', but node " + otherNode + " to '"
                    + other.cluster + "': mend the cluster's name, or the address of one among the members";
        }
        if (partitions != other.partitions) {
            return differs("placement.partitions", partitions, other.partitions, node, otherNode);
        }
        return replicas == other.replicas
                ? null
                : differs("placement.replicas", replicas, other.replicas, node, otherNode);
    }

    private static String differs(String what, int value, int otherValue, NodeId node, NodeId otherNode) {
        return "node " + node + " has " + what + " = " + value + ", but node " + otherNode + " has " + otherValue
                + ": give both the same; it is fixed when a data directory is made, so the one that is wrong needs an"
                + " empty one";
    }
}
