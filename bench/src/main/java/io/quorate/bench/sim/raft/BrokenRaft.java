package io.quorate.bench.sim.raft;

import io.quorate.node.protocol.raft.RaftRules;

/** The rules of a group, one of them broken on purpose. */
public final class BrokenRaft extends RaftRules {
    private final RaftBug bug;

    /** With that bug and no other. */
    public BrokenRaft(RaftBug bug) {
        this.bug = bug;
    }

    @Override
    public boolean isUpToDate(long lastTerm, long lastIndex, long ownTerm, long ownIndex) {
        return switch (bug) {
            case LONGER_LOG_WINS -> lastIndex > ownIndex || (lastIndex == ownIndex && lastTerm >= ownTerm);
            case STALE_LOG_WINS -> true;
            default -> super.isUpToDate(lastTerm, lastIndex, ownTerm, ownIndex);
        };
    }

    @Override
    public boolean mayCommit(long entryTerm, long term) {
        return bug == RaftBug.OLD_TERM_COMMITTED_BY_COUNT || super.mayCommit(entryTerm, term);
    }

    @Override
    public boolean waitsForDisk() {
        return bug != RaftBug.SAID_BEFORE_DURABLE;
    }

    @Override
    public boolean mayTellIndex(boolean committedInTerm) {
        return bug == RaftBug.READ_BEFORE_COMMIT || super.mayTellIndex(committedInTerm);
    }

    @Override
    public boolean confirms(long answered, long wanted) {
        return bug == RaftBug.READ_BY_OLD_ANSWER || super.confirms(answered, wanted);
    }

    @Override
    public long toldByHeartbeat(long match, long commit) {
        return bug == RaftBug.HEARTBEAT_COMMITS_TOO_MUCH ? commit : super.toldByHeartbeat(match, commit);
    }

    @Override
    public boolean changesJointly() {
        return bug != RaftBug.CHANGE_AT_ONCE;
    }

    @Override
    public boolean takesState(long index, long commit) {
        return bug == RaftBug.OLD_STATE_TAKEN || super.takesState(index, commit);
    }

    @Override
    public boolean resetsLog(long ownTerm, long stateTerm) {
        return ownTerm == -1 || (bug != RaftBug.LOG_KEPT_BESIDE_STATE && super.resetsLog(ownTerm, stateTerm));
    }

    @Override
    public long cutAt(long conflict, long firstNew) {
        return bug == RaftBug.CUT_WHATEVER_COMES ? firstNew : super.cutAt(conflict, firstNew);
    }

    @Override
    public long leaseNanos(long electionNanos) {
        return bug == RaftBug.LEASE_TOO_LONG ? 4 * electionNanos : super.leaseNanos(electionNanos);
    }
}
