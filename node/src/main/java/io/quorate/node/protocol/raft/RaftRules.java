package io.quorate.node.protocol.raft;

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

    /** Whether a leader whose term has committed nothing may change who belongs to the group (Ongaro, 2015). */
    public boolean mayChange(boolean committedInTerm) {
        return committedInTerm;
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
    public long cutAt(long conflict, long firstNew) {
        return conflict;
    }

    /** How long a leader may answer reads after it asked a quorum that has answered: less than any of them keeps loyal, by any clock. */
    public long leaseNanos(long electionNanos) {
        return electionNanos * 3 / 4;
    }
}
