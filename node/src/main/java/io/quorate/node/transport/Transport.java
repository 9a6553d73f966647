package io.quorate.node.transport;

import io.quorate.ring.topology.NodeId;

/**
 * Carries frames between nodes, at most once each, in order between two nodes while their connection lasts. Losing and
 * delaying them is allowed, doubling is not (a forwarded request would be taken twice); the protocols repeat what matters.
 * Frames reach the actor that is registered under {@link #actorName} on the other node.
 */
public interface Transport {
    /** Where a frame is bound for on the receiving node. */
    enum Lane {
        CONTROL,
        DATA,
        /** What groups say: it waits behind nothing else. */
        GROUP
    }

    /** Sends a frame; never blocks. Safe from any thread. */
    void send(NodeId to, Lane lane, byte[] frame);

    /** Whether a node is one of the members that frames are exchanged with. */
    boolean knows(NodeId node);

    /**
     * What to do with a frame that has come in: a negative number to drop it, 0 to take it, else the nanoseconds to hold
     * it back.
     */
    long admit(NodeId from);

    /** The name of the actor that takes the frames of a lane. */
    static String actorName(NodeId node, Lane lane) {
        return "quorate-" + node + "-" + lane.name().toLowerCase(java.util.Locale.ROOT);
    }
}
