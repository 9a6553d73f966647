package io.quorate.node.protocol.raft;

import io.quorate.ring.topology.NodeId;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The decisions on which safety rests. One object, so that the simulator can put a broken rule in its place and show that
 * its checks notice.
 */
public class RaftRules {
    public static final RaftRules STANDARD = new RaftRules();

    /** Section 5.4.1: whether a candidate's log is at least as new as the voter's. */
    public boolean isUpToDate(long lastTerm, long lastIndex, long ownTerm, long ownIndex) {
        return lastTerm > ownTerm || (lastTerm == ownTerm && lastIndex >= ownIndex);
    }

    /** Figure 2: whether a vote may be given to a candidate: one a term. */
    public boolean mayVote(@Nullable NodeId given, NodeId candidate) {
        return given == null || given.equals(candidate);
    }

    /** Whether a message speaks of a term that is over, and so counts for nothing. */
    public boolean isOver(RaftMessage message, long term) {
        return message.term() < term;
    }

    /** Figure 2: whether the entry before those that come in is the leader's; the own term is -1 if there is none. */
    public boolean isSame(long ownTerm, long leadersTerm) {
        return ownTerm == leadersTerm;
    }

    /** What a leader has of its own log: what is on its disk. */
    public long ownMatch(long durable, long lastIndex) {
        return durable;
    }

    /** Up to where a group has the log, so that a leader may commit it. */
    public long quorumIndex(Configuration configuration, ToLongFunction<NodeId> match) {
        return configuration.quorumIndex(match);
    }

    /** Whether those who agree elect a leader, or confirm that it leads. */
    public boolean isQuorum(Configuration configuration, Predicate<NodeId> agrees) {
        return configuration.isQuorum(agrees);
    }

    /** Section 5.4.2: whether what a quorum has is committed: only what the leader made itself. */
    public boolean mayCommit(long entryTerm, long term) {
        return entryTerm == term;
    }

    /** Whether what says that something is durable waits until it is. */
    public boolean waitsForDisk() {
        return true;
    }

    /** Section 6.4 of the dissertation: whether a leader whose term has committed nothing may tell an index. */
    public boolean mayTellIndex(boolean committedInTerm) {
        return committedInTerm;
    }

    /** Whether an answer to a request for confirmation counts for a read: not one to an earlier request. */
    public boolean confirms(long answered, long wanted) {
        return answered >= wanted;
    }

    /** Up to where a heartbeat says that the log is committed: what the follower is not known to have may differ there. */
    public long toldByHeartbeat(long match, long commit) {
        return Math.min(match, commit);
    }

    /**
     * Whether a leader may change who belongs to the group: not if its term has committed nothing (Ongaro, 2015).
     *
     * @param settled whether no other change goes on
     */
    public boolean mayChange(boolean settled, boolean committedInTerm) {
        return settled && committedInTerm;
    }

    /** Section 6: whether both sides decide while the group changes. */
    public boolean changesJointly() {
        return true;
    }

    /** Whether a state of the state machine is taken: only if it holds more than is known to be committed. */
    public boolean takesState(long index, long commit) {
        return index > commit;
    }

    /** Whether the log goes when a state is taken that it does not lead to. */
    public boolean resetsLog(long ownTerm, long stateTerm) {
        return ownTerm != stateTerm;
    }

    /** Whether an election is first asked about, so that who was cut off does not unseat a leader. */
    public boolean asksFirst() {
        return true;
    }

    /** Where a follower's log is cut when entries come in: at the first that differs, if any. */
    public long cutAt(long conflict, long firstNew, long lastIndex) {
        return conflict;
    }

    /** From when on a quorum has answered a leader: from when it was asked, for it may have heard another since. */
    public long leaseFrom(long askedAt, long answeredAt) {
        return askedAt;
    }

    /** Whether a leader that has asked another to stand for election may answer reads by itself. */
    public boolean leasesAfterHandOver() {
        return false;
    }

    /** Whether one that has just started may have heard a leader just before, which relies on it. */
    public boolean isLoyalAtStart(long term) {
        return term > 0;
    }

    /** How long a leader may answer reads after it asked a quorum that has answered: less than any of them keeps loyal, by any clock. */
    public long leaseNanos(long electionNanos) {
        return electionNanos * 3 / 4;
    }
}
