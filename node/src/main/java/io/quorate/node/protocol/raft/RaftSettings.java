package io.quorate.node.protocol.raft;

/**
 * The rhythm and the limits of a group.
 *
 * @param electionNanos a follower that hears of no leader for one to two times so long stands for election; a leader that
 *     hears of no quorum for so long steps down
 * @param heartbeatNanos between signs of life
 * @param appendBytes of entries in one message at most, but always one entry
 * @param windowBytes of entries on their way to one follower
 * @param proposedBytes of entries that are not committed; more are refused
 */
public record RaftSettings(
        long electionNanos, long heartbeatNanos, int appendBytes, long windowBytes, long proposedBytes) {
    public static final RaftSettings DEFAULT =
            new RaftSettings(300_000_000L, 75_000_000L, 256 << 10, 4L << 20, 16L << 20);
}
