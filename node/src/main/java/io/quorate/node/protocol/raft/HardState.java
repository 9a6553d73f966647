package io.quorate.node.protocol.raft;

import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What must be durable before anything that rests on it leaves the node.
 *
 * @param vote for whom this node has voted in the term; null for nobody
 */
public record HardState(long term, @Nullable NodeId vote) {
    public static final HardState NONE = new HardState(0, null);
}
