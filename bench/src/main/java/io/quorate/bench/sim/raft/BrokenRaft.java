package io.quorate.bench.sim.raft;

import com.google.common.collect.ImmutableSortedSet;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.ring.topology.NodeId;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

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
    public boolean mayVote(@Nullable NodeId given, NodeId candidate) {
        return bug == RaftBug.TWO_VOTES_A_TERM || super.mayVote(given, candidate);
    }

    @Override
    public boolean isOver(RaftMessage message, long term) {
        boolean counts = switch (bug) {
            case OLD_VOTE_COUNTED -> message instanceof RaftMessage.Voted;
            case OLD_LEADER_FOLLOWED -> message instanceof RaftMessage.Append;
            case OLD_ACKNOWLEDGEMENT_COUNTED -> message instanceof RaftMessage.Appended;
            case READ_BY_ANSWER_OF_OLD_TERM -> message instanceof RaftMessage.Alive;
            default -> false;
        };
        return !counts && super.isOver(message, term);
    }

    @Override
    public boolean isSame(long ownTerm, long leadersTerm) {
        return bug == RaftBug.PREVIOUS_NOT_COMPARED || super.isSame(ownTerm, leadersTerm);
    }

    @Override
    public long ownMatch(long durable, long lastIndex) {
        boolean early = bug == RaftBug.OWN_LOG_COUNTED_EARLY || bug == RaftBug.SAID_BEFORE_DURABLE;
        return early ? lastIndex : super.ownMatch(durable, lastIndex);
    }

    @Override
    public long quorumIndex(Configuration configuration, ToLongFunction<NodeId> match) {
        return super.quorumIndex(
                bug == RaftBug.ONE_SIDE_COMMITS ? configuration.arrived() : withLearners(configuration), match);
    }

    @Override
    public boolean isQuorum(Configuration configuration, Predicate<NodeId> agrees) {
        return super.isQuorum(
                bug == RaftBug.ONE_SIDE_ELECTS ? configuration.arrived() : withLearners(configuration), agrees);
    }

    private Configuration withLearners(Configuration configuration) {
        return bug == RaftBug.LEARNERS_DECIDE
                ? new Configuration(
                        ImmutableSortedSet.<NodeId>naturalOrder()
                                .addAll(configuration.voters())
                                .addAll(configuration.learners())
                                .build(),
                        configuration.outgoing(),
                        configuration.learners())
                : configuration;
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
    public boolean mayChange(boolean settled, boolean committedInTerm) {
        return super.mayChange(settled || bug == RaftBug.CHANGE_DURING_CHANGE, committedInTerm);
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
    public long cutAt(long conflict, long firstNew, long lastIndex) {
        return switch (bug) {
            case CUT_WHATEVER_COMES -> firstNew;
            case OLD_ENTRIES_STAY -> Math.max(conflict, lastIndex + 1);
            default -> super.cutAt(conflict, firstNew, lastIndex);
        };
    }

    @Override
    public long leaseNanos(long electionNanos) {
        return bug == RaftBug.LEASE_TOO_LONG ? 4 * electionNanos : super.leaseNanos(electionNanos);
    }

    @Override
    public long leaseFrom(long askedAt, long answeredAt) {
        return bug == RaftBug.LEASE_FROM_ANSWER ? answeredAt : super.leaseFrom(askedAt, answeredAt);
    }

    @Override
    public boolean leasesAfterHandOver() {
        return bug == RaftBug.LEASE_AFTER_HAND_OVER;
    }

    @Override
    public boolean isLoyalAtStart(long term) {
        return bug != RaftBug.VOTE_AFTER_START && super.isLoyalAtStart(term);
    }
}
