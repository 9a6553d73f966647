package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftSettings;

/**
 * The rhythm and the limits of a node's part in a group.
 *
 * @param logBytes of entries that stay in the log for members that are behind; half as much again stays at times
 * @param askAgainNanos after so long without an answer a request that was handed on is sent again
 * @param preferNanos a leader that is not the first home hands over to that one when it has kept up for so long
 * @param partBytes of one piece of a state on its way to another member, or of one that is counted
 * @param transferNanos after so long without an answer the sending or taking of a state ends
 * @param waitingMax requests that may wait here
 * @param idleNanos after so long without anything to do a group rests
 * @param requestsMax that may be remembered by their idempotency keys, of the present era and the one before: each has 42 bytes on a
 *     disk, or 420 MB for ten million. More are refused by the leader before they are proposed
 * @param checkNanos replicas are compared about so often where something was written meanwhile; 0 for never
 */
public record GroupSettings(
        RaftSettings raft,
        long logBytes,
        long askAgainNanos,
        long preferNanos,
        int partBytes,
        long transferNanos,
        int waitingMax,
        long idleNanos,
        long requestsMax,
        long checkNanos) {
    public static final GroupSettings DEFAULT = new GroupSettings(
            RaftSettings.DEFAULT,
            8L << 20,
            400_000_000L,
            3_000_000_000L,
            128 << 10,
            10_000_000_000L,
            20_000,
            1_000_000_000L,
            10_000_000,
            600_000_000_000L);

    /** The same with another pace of comparing. */
    public GroupSettings withCheck(long nanos) {
        return with(requestsMax, nanos);
    }

    /** The same with another limit of what is remembered. */
    public GroupSettings withRequests(long max) {
        return with(max, checkNanos);
    }

    private GroupSettings with(long requests, long check) {
        return new GroupSettings(
                raft,
                logBytes,
                askAgainNanos,
                preferNanos,
                partBytes,
                transferNanos,
                waitingMax,
                idleNanos,
                requests,
                check);
    }
}
