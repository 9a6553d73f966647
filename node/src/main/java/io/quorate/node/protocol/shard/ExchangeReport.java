package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;

/**
 * How far the replicas of a node are known to be equal to those of the other homes.
 *
 * @param oldestAgeMillis since the pair that was longest not compared was; -1 if some pair has not been since the start
 * @param leavesLooked of this node's own trees, held against the records since the start
 * @param leavesDamaged of them
 */
public record ExchangeReport(ImmutableList<Pair> pairs, long oldestAgeMillis, long leavesLooked, long leavesDamaged) {
    /** What a pair is doing. */
    public enum State {
        /** Nothing: it is not due. */
        IDLE,
        RUNNING,
        /** It is due, and others have their turn first or the peer is away. */
        WAITING,
        /** The last round came to nothing. */
        STALLED
    }

    /**
     * A replica set and another home of it, with counts since the start.
     *
     * @param reason why the last round came to nothing; empty if it did not
     * @param completedWallMillis when the last round ended with all that the peer knew; 0 if none has
     * @param bytes of keys and values that came or went, near enough
     */
    public record Pair(
            ReplicaSetId set,
            NodeId peer,
            State state,
            String reason,
            long completedWallMillis,
            long keysCompared,
            long keysRepaired,
            long differingLeaves,
            long bytes) {}
}
