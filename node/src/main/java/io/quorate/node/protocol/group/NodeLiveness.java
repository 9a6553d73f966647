package io.quorate.node.protocol.group;

import io.quorate.ring.topology.NodeId;

/** What the groups of a node know of the nodes of their other members, without asking for each group alone. */
public interface NodeLiveness {
    /** Of a node that hears nothing of others: its groups never rest. */
    NodeLiveness NONE = new NodeLiveness() {
        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public boolean vouches(NodeId node, long epoch) {
            return false;
        }

        @Override
        public boolean isHeardBy(NodeId node) {
            return false;
        }

        @Override
        public long heardFrom(NodeId node) {
            return Long.MIN_VALUE;
        }

        @Override
        public long heardAt(NodeId node) {
            return Long.MIN_VALUE;
        }

        @Override
        public long vouchedAt(NodeId node) {
            return Long.MIN_VALUE;
        }
    };

    /** What this node's leaders let their groups rest under: another after every start, and when a group here has ended. */
    long epoch();

    /** Whether a node vouches at present for all groups that rest under that epoch of it. */
    boolean vouches(NodeId node, long epoch);

    /** Whether a node has told lately that it hears this one. */
    boolean isHeardBy(NodeId node);

    /** When the last pulse was sent to a node that it has said it heard; the beginning of time if there is none. */
    long heardFrom(NodeId node);

    /** As of when a node vouches for all groups that rest under it, by this node's clock; the beginning of time if it does not. */
    long vouchedAt(NodeId node);

    /** When the last pulse of a node left it, by this node's clock; the beginning of time if there was none. */
    long heardAt(NodeId node);
}
