package io.quorate.node.protocol.raft;

import io.quorate.ring.bytes.Bytes;

/**
 * One place of a group's log.
 *
 * @param index from 1
 * @param term of the leader that made it
 * @param payload empty for {@link Kind#NOOP}
 */
public record Entry(long index, long term, Kind kind, Bytes payload) {
    /** What an entry does. */
    public enum Kind {
        /**
         * Nothing: the first of each leader, which brings what came before it to its commit, and what proves to a member that
         * has forgotten its promises that they bind it no more.
         */
        NOOP,
        /** A change for the state machine. */
        COMMAND,
        /** Who belongs to the group from here on. */
        CONFIGURATION
    }

    /** Bytes it counts for in a window or a batch. */
    public int bytes() {
        return payload.length() + 32;
    }
}
