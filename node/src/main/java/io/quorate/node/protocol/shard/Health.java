package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import io.quorate.ring.topology.NodeId;

/**
 * How a node stands beside the others.
 *
 * @param behind replicas that may have missed something, those that lag included
 * @param lagging replicas that have lost data and not got it back
 * @param unsure whether the disk is new and nobody has said yet that it is the node's first
 * @param progresses whether another home is there to catch up with
 * @param remembered losses of data that there must have been, as far as this node's replicas can tell
 * @param recovered losses that have been made up for in all replicas
 * @param owed keys of which writes are kept here, by the node they are for
 */
public record Health(
        int behind,
        int lagging,
        boolean unsure,
        boolean progresses,
        int remembered,
        int recovered,
        ImmutableMap<NodeId, Long> owed) {
    /** Of a node that has nothing to catch up with. */
    public static final Health GOOD = new Health(0, 0, false, false, 0, 0, ImmutableMap.of());

    /** Of a node whose replicas have not been looked at. */
    public static final Health UNKNOWN = new Health(1, 0, false, true, 0, 0, ImmutableMap.of());

    static Health of(Recovery recovery, ImmutableMap<NodeId, Long> owed) {
        return new Health(
                recovery.behind(),
                recovery.lagging(),
                recovery.isUnsure(),
                recovery.progresses(),
                recovery.remembered(),
                recovery.recovered(),
                owed);
    }

    public boolean isCatchingUp() {
        return behind > 0 || unsure;
    }
}
