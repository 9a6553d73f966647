package io.quorate.node.protocol.quorum;

import io.quorate.ring.topology.NodeId;

/** A node that keeps a write for a home that cannot take it. */
final class Stand {
    enum State {
        WAITING,
        KEPT,
        FAILED
    }

    final NodeId home;
    State state = State.WAITING;
    long sentAt;
    int resent;
    long micros;

    Stand(NodeId home, long sentAt) {
        this.home = home;
        this.sentAt = sentAt;
    }
}
