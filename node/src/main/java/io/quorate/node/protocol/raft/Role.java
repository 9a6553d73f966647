package io.quorate.node.protocol.raft;

/** What a member does at present. */
public enum Role {
    FOLLOWER,
    /** Asks whether it would be elected, so that one that was cut off does not raise the term of the others. */
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
