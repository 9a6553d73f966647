package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One member of a Raft group, as a machine: inputs are time, messages, commands, reads and the ends of writes; after each
 * input {@link #takeReady} says what is to be done. Writes may overlap and end in their order. A message that says that
 * something is durable is not given out before it is.
 *
 * <p>Not for several threads. A member that is cut off does not raise the term of the others (pre-vote), helps nobody into
 * the place of a leader that it hears, and steps down when it leads and hears no quorum, or when its disk hangs.
 */
public final class RaftCore {
    private final Member member;
    private final Elections elections;
    private final Following following;
    private final FollowerReads followerReads;
    private @Nullable Leading leading;
    /** While the state machine takes a state, nothing else is given to it. */
    private boolean installing;

    /**
     * As the disk has it.
     *
     * @param base what the log begins behind
     * @param log what is durable, in order
     * @param applied what the state machine stands for. Where the log does not lead to it, a state was taken just before the
     *     end, and the log is begun anew behind that
     * @param random for timeouts
     */
    public RaftCore(
            NodeId self,
            Base base,
            HardState state,
            List<Entry> log,
            Base applied,
            RaftSettings settings,
            RaftRules rules,
            RandomGenerator random,
            long now) {
        RaftLog found = new RaftLog(base, log, Math.min(applied.index(), base.index() + log.size()));
        boolean leads = applied.index() <= base.index() || found.term(applied.index()) == applied.term();
        if (!leads) {
            found.reset(applied);
        }
        this.member = new Member(self, state, applied.term(), found, settings, rules, random, now);
        this.member.reset = leads ? null : applied;
        this.elections = new Elections(member);
        this.following = new Following(member);
        this.followerReads = new FollowerReads(member);
    }

    public long term() {
        return member.term();
    }

    /** What has been given to be made durable last, or holds now. */
    public HardState hardState() {
        return member.hardState();
    }

    public Role role() {
        return member.role;
    }

    /** The leader of this term, if it is known. */
    public @Nullable NodeId leader() {
        return member.leader;
    }

    public long commit() {
        return member.log.commit();
    }

    public long lastIndex() {
        return member.log.lastIndex();
    }

    /** Up to where the own disk has the log. */
    public long durable() {
        return member.log.durable();
    }

    /** Up to where the disks of all members that vote are known to have the log; 0 if this one does not lead. */
    public long durableEverywhere() {
        Leading leader = leading;
        return leader == null ? 0 : leader.matchOfAll();
    }

    /** How far another member is known to have come, if this one leads. */
    public @Nullable Standing standingOf(NodeId node) {
        Leading leader = leading;
        return leader == null ? null : leader.standingOf(node);
    }

    /**
     * How far a follower has come.
     *
     * @param match up to where its disk is known to have the log
     * @param heardNanos how long ago it was last heard
     * @param lagNanos how long ago the first entry was made that it lacks, as far as this leader knows; 0 if it lacks none
     */
    public record Standing(long match, long heardNanos, long lagNanos) {}

    /** Who belongs to the group, as far as this member knows. */
    public Configuration configuration() {
        return member.configuration();
    }

    /** What a state of the state machine stands for that holds all up to an entry that has been handed on. */
    public Base baseAt(long index) {
        return new Base(
                index, member.log.term(index), member.log.configurations().at(index));
    }

    /**
     * Up to where entries can go so that not many more bytes stay than these.
     *
     * @param applied up to where the state machine has them
     */
    public long compactableTo(long applied, long keepBytes) {
        return member.log.compactableTo(applied, keepBytes);
    }

    /** Bytes of all entries that it has in memory. */
    public long logBytes() {
        return member.log.bytes();
    }

    /** The first index that the log still leads to. */
    public Base base() {
        return baseAt(member.log.baseIndex());
    }

    /**
     * Whether this member has room for commands. If not it takes none into its log, declines the lead, and stands only when
     * nobody else wins.
     */
    public void setFit(boolean fit) {
        member.fit = fit;
    }

    /** Asks now whether it would be elected, and does not wait until the time for that has come. */
    public void campaign(long now) {
        member.now = now;
        if (leading == null && member.leader == null && member.mayStand() && member.fit) {
            beginElection();
        }
    }

    private void beginElection() {
        followerReads.fail();
        if (!member.rules.asksFirst() || elections.ask()) {
            elections.stand(false);
        }
    }

    /** Lets entries go that the state machine has applied durably. */
    public void compact(long index) {
        member.log.compact(index);
    }

    /**
     * A leader offers a state of the state machine.
     *
     * @return whether it is wanted; if so nothing is given to the state machine until {@link #installed} or {@link
     *     #notInstalled}
     */
    public boolean offered(NodeId from, long term, Base base, long now) {
        member.now = now;
        if (term < member.term() || installing) {
            return false;
        }
        if (term > member.term()) {
            follow(term);
        }
        followLeader(from);
        installing = following.wants(base);
        if (!installing) {
            member.sendWhenDurable(from, new RaftMessage.Appended(member.term(), member.log.commit(), 0));
        }
        return installing;
    }

    /** The state machine has taken the state that was offered, durably. */
    public void installed(NodeId from, Base base, long now) {
        member.now = now;
        installing = false;
        following.installed(from, base);
    }

    /** The state did not come to its end; the state machine is as it was. */
    public void notInstalled() {
        installing = false;
    }

    /** The end of sending a state to a member of {@link Ready#needState}, whether it has arrived or not. */
    public void stateSent(NodeId to, long now) {
        member.now = now;
        Leading leader = leading;
        if (leader != null) {
            leader.stateSent(to);
        }
    }

    /**
     * Begins to change who belongs to the group, by joint consensus; the change ends by itself.
     *
     * @return where it stands in the log; null if it cannot be made now
     */
    public Ready.@Nullable Position change(Set<NodeId> voters, Set<NodeId> learners, long now) {
        member.now = now;
        Leading leader = leading;
        return leader == null ? null : leader.change(voters, learners);
    }

    /**
     * A member has forgotten what it promised and acknowledged; what was known of it counts no more.
     *
     * @return where an entry stands that was made after that; null if none can be made now
     */
    public Ready.@Nullable Position forgotten(NodeId by, long now) {
        member.now = now;
        Leading leader = leading;
        return leader == null ? null : leader.forgotten(by);
    }

    /** Whether this member leads and knows of all that is committed: a new leader does not at first. */
    public boolean knowsCommit() {
        Leading leader = leading;
        return leader != null && leader.knowsCommit();
    }

    /** Whether this member leads, and nothing is under way: all of its log is committed, and nobody reads or hands over. */
    public boolean isSettled() {
        Leading leader = leading;
        return leader != null && leader.isSettled();
    }

    /**
     * Nothing is to be done until {@link #wake}: a leader sends no signs of life and does not ask for any, a follower does not
     * miss them and is loyal to its leader. Something else has to notice when they cannot hear each other.
     */
    public void rest(long now) {
        member.now = now;
        member.resting = true;
    }

    /**
     * Goes on.
     *
     * @param heardAt as if the others had been heard then
     */
    public void wake(long heardAt, long now) {
        member.now = now;
        member.resting = false;
        Leading leader = leading;
        if (leader != null) {
            leader.wake(heardAt);
        } else if (member.leader != null) {
            member.heardAt(heardAt);
        }
    }

    /** Lets time pass. */
    public void tick(long now) {
        member.now = now;
        if (member.resting) {
            return;
        }
        followerReads.failBefore(now - member.settings.electionNanos());
        Leading leader = leading;
        if (leader != null) {
            if (!leader.tick() || leader.isRetired()) {
                follow(member.term());
            }
        } else if (member.isElectionDue() && member.mayStand()) {
            beginElection();
        }
    }

    /** Takes a message of another member. */
    public void step(NodeId from, RaftMessage message, long now) {
        member.now = now;
        if (message instanceof RaftMessage.PreVote ask) {
            elections.onPreVote(from, ask);
            return;
        }
        if (message instanceof RaftMessage.PreVoted answer && answer.granted()) {
            onPreVoted(from, answer);
            return;
        }
        if (message.term() > member.term()) {
            if (message instanceof RaftMessage.Vote ask && !ask.transferred() && member.isLoyal()) {
                return;
            }
            follow(message.term());
        } else if (member.rules.isOver(message, member.term())) {
            tellStale(from, message);
            return;
        }
        inTerm(from, message);
    }

    /** Whoever leads or stands in a term that is over is told of the present one. */
    private void tellStale(NodeId from, RaftMessage message) {
        if (message instanceof RaftMessage.Append || message instanceof RaftMessage.Heartbeat) {
            member.post.send(from, new RaftMessage.Alive(member.term(), 0));
        } else if (message instanceof RaftMessage.Vote) {
            member.post.send(from, new RaftMessage.Voted(member.term(), false));
        }
    }

    private void inTerm(NodeId from, RaftMessage message) {
        Leading leader = leading;
        if (message instanceof RaftMessage.Vote ask) {
            elections.onVote(from, ask);
        } else if (message instanceof RaftMessage.Voted answer) {
            onVoted(from, answer);
        } else if (message instanceof RaftMessage.PreVoted answer) {
            onPreVoted(from, answer);
        } else if (message instanceof RaftMessage.Append append) {
            followLeader(from);
            following.onAppend(from, append);
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            followLeader(from);
            following.onHeartbeat(from, heartbeat);
        } else if (message instanceof RaftMessage.StandNow) {
            if (leader == null && !member.fit) {
                member.post.send(from, new RaftMessage.Voted(member.term(), false));
            } else if (leader == null && member.mayStand()) {
                followerReads.fail();
                elections.stand(true);
            }
        } else if (message instanceof RaftMessage.ToldIndex told) {
            followerReads.told(told);
        } else if (message instanceof RaftMessage.AskIndex ask) {
            if (leader != null) {
                leader.read(from, ask.id());
            } else {
                member.post.send(from, new RaftMessage.ToldIndex(member.term(), ask.id(), -1));
            }
        } else if (leader != null) {
            leader.onAnswer(from, message);
        }
    }

    private void onPreVoted(NodeId from, RaftMessage.PreVoted answer) {
        boolean present = !answer.granted() || answer.term() == member.term() + 1;
        if (member.role == Role.PRE_CANDIDATE && present) {
            elections.count(from, answer.granted());
            if (elections.isWon()) {
                elections.stand(false);
            }
        }
    }

    private void onVoted(NodeId from, RaftMessage.Voted answer) {
        Leading leader = leading;
        if (leader != null && !answer.granted()) {
            leader.declined(from);
        }
        if (member.role != Role.CANDIDATE) {
            return;
        }
        elections.count(from, answer.granted());
        if (elections.isWon()) {
            member.role = Role.LEADER;
            member.leader = member.self;
            leading = new Leading(member);
        } else if (elections.isHopeless()) {
            follow(member.term());
        }
    }

    private void followLeader(NodeId from) {
        if (member.role == Role.LEADER) {
            throw new IllegalStateException("two leaders in term " + member.term() + ": " + member.self + ", " + from);
        }
        member.role = Role.FOLLOWER;
        member.heard(from);
    }

    private void follow(long term) {
        Leading led = leading;
        if (led != null) {
            led.end();
            leading = null;
            member.postpone();
        }
        followerReads.fail();
        member.needState.clear();
        member.enterTerm(term);
        member.role = Role.FOLLOWER;
        member.leader = null;
    }

    /**
     * Takes commands into the log.
     *
     * @param commands one at least
     * @return where the first stands, the others behind it; null if this member does not lead, hands its place over, or has
     *     too much that is not committed
     */
    public Ready.@Nullable Position propose(List<Bytes> commands, long now) {
        member.now = now;
        Leading leader = leading;
        return leader == null ? null : leader.propose(commands);
    }

    /**
     * Begins a linearizable read; {@link Ready#reads} says up to where has to be applied before it is answered.
     *
     * @param id above those of all reads before. Who does not lead counts those of its earlier runs, too: answers to them may
     *     come late. Reads of one that leads end with its lead
     */
    public void read(long id, long now) {
        member.now = now;
        Leading leader = leading;
        NodeId known = member.leader;
        if (leader != null) {
            leader.read(member.self, id);
        } else if (known != null) {
            followerReads.asked(id);
            member.post.send(known, new RaftMessage.AskIndex(member.term(), id));
        } else {
            member.reads.add(new Ready.Read(id, -1));
        }
    }

    /** Up to where a read may see the log without asking the others; -1 if they have to be asked. */
    public long leasedIndex(long now) {
        member.now = now;
        Leading leader = leading;
        return leader == null ? -1 : leader.leasedIndex();
    }

    /**
     * How long ago, in nanoseconds, this member led for certain, so that what it had committed was all that anybody had. 0 while
     * a quorum was asked so lately that it elects nobody else yet; the highest number if it does not lead or has no proof.
     *
     * @param vouchedAt when something else proves that a quorum followed it; the beginning of time if nothing does
     */
    public long ledNanosAgo(long vouchedAt, long now) {
        member.now = now;
        Leading leader = leading;
        return leader == null ? Long.MAX_VALUE : leader.ledNanosAgo(vouchedAt);
    }

    /** Whether this member leads and is about to hand that over, so that it takes no commands. */
    public boolean isHandingOver() {
        return leading != null && leading.isHandingOver();
    }

    /** Hands the lead over to another voter; false if this member does not lead or that one is none. */
    public boolean transfer(NodeId to, long now) {
        member.now = now;
        Leading leader = leading;
        return leader != null && leader.transfer(to);
    }

    /** A write is durable; they end in their order. */
    public void persisted(long write, long now) {
        member.now = now;
        member.disk.persisted(write, now);
        member.log.persisted(write);
        member.post.release(member.disk);
        Leading leader = leading;
        if (leader != null) {
            leader.commit();
        }
    }

    /** What is to be done now; to be asked for after each input, or after several. */
    public Ready takeReady() {
        Leading leader = leading;
        if (leader != null) {
            leader.flush();
        }
        Ready.Write write = member.disk.take(member.hardState(), member.reset, member.log, member.now);
        Ready ready = new Ready(
                write,
                member.post.take(),
                installing ? ImmutableList.of() : member.log.takeCommitted(),
                ImmutableList.copyOf(member.reads),
                ImmutableList.copyOf(member.needState),
                ImmutableList.copyOf(member.lost));
        member.reset = null;
        member.needState.clear();
        member.reads.clear();
        member.lost.clear();
        return ready;
    }
}
