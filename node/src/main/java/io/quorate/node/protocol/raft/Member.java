package io.quorate.node.protocol.raft;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the parts of one member share: its term, vote, log, disk and post. */
final class Member {
    /** In times of the election timeout: others that are fit have stood twice by then. */
    private static final int UNFIT_PATIENCE = 4;

    final NodeId self;
    final RaftSettings settings;
    final RaftRules rules;
    final RaftLog log;
    final Disk disk;
    final Post post = new Post();
    final List<Ready.Read> reads = new ArrayList<>();
    final List<Ready.Position> lost = new ArrayList<>();
    /** Members that need a state of the state machine, as the log does not go back to what they lack. */
    final Set<NodeId> needState = new TreeSet<>();
    /** What the log is to be begun anew behind, durably. */
    @Nullable
    Base reset;

    private final RandomGenerator random;
    Role role = Role.FOLLOWER;

    @Nullable
    NodeId leader;

    long now;
    private HardState state;
    /** When it last heard of a leader, of whatever term; who has just started may have heard of one just before. */
    private long heardAt;

    private boolean heardAny;

    private long electionAt;
    /** While somebody else makes sure that the members hear each other. */
    boolean resting;
    /** Whether it has room for commands. */
    boolean fit = true;

    /**
     * As the disk has it.
     *
     * @param applied term of what the state machine stands for: no earlier one is gone back to, though the disk may not know
     *     of it where a state was taken just before the end
     */
    Member(
            NodeId self,
            HardState state,
            long applied,
            RaftLog log,
            RaftSettings settings,
            RaftRules rules,
            RandomGenerator random,
            long now) {
        this.self = self;
        this.state = applied > state.term() ? new HardState(applied, null) : state;
        this.log = log;
        this.disk = new Disk(state);
        this.settings = settings;
        this.rules = rules;
        this.random = random;
        this.now = now;
        this.heardAt = now;
        this.heardAny = rules.isLoyalAtStart(this.state.term());
        postpone();
    }

    /** Who belongs to the group, as the last entry that says so has it. */
    Configuration configuration() {
        return log.configurations().latest();
    }

    long term() {
        return state.term();
    }

    @Nullable
    NodeId vote() {
        return state.vote();
    }

    void voteFor(NodeId candidate) {
        state = new HardState(state.term(), candidate);
    }

    void enterTerm(long term) {
        if (term < state.term()) {
            throw new IllegalStateException("term " + term + " after " + state.term());
        }
        if (term > state.term()) {
            state = new HardState(term, null);
        }
    }

    /**
     * Whether it may lead: it votes, or did before a change that is not known to be committed. It alone may have that
     * change, and the others may need it.
     */
    boolean mayStand() {
        return log.configurations().isVoterSince(log.commit(), self);
    }

    HardState hardState() {
        return state;
    }

    /** The next election is one to two times the election timeout from now. */
    void postpone() {
        postponeFrom(now);
    }

    private void postponeFrom(long moment) {
        electionAt = moment + settings.electionNanos() + random.nextLong(settings.electionNanos());
    }

    /** Who is not fit stands only when all others have had their time: a leader that takes no writes is better than none. */
    boolean isElectionDue() {
        return now - electionAt >= (fit ? 0 : UNFIT_PATIENCE * settings.electionNanos());
    }

    /** The leader of the present term has been heard. */
    void heard(NodeId from) {
        leader = from;
        heardAt(now);
    }

    /** The leader, whoever it is, was there at a moment. */
    void heardAt(long moment) {
        heardAt = heardAny ? Math.max(heardAt, moment) : moment;
        heardAny = true;
        postponeFrom(heardAt);
    }

    /**
     * Whether this member has heard a leader so lately that it helps nobody else into its place. A newer term does not end that:
     * the leader may answer reads on the strength of it.
     */
    boolean isLoyal() {
        return role == Role.LEADER || resting || (heardAny && now - heardAt < settings.electionNanos());
    }

    boolean isUpToDate(long lastTerm, long lastIndex) {
        return rules.isUpToDate(lastTerm, lastIndex, log.lastTerm(), log.lastIndex());
    }

    /** Sends a message that says that what holds now is durable. */
    void sendWhenDurable(NodeId to, RaftMessage message) {
        if (rules.waitsForDisk()) {
            post.sendAfter(disk.covering(state, reset, log), disk, to, message);
        } else {
            post.send(to, message);
        }
    }
}
