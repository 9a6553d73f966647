package io.quorate.node.protocol.raft;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Linearizable reads without an entry of the log (ReadIndex, section 6.4 of the dissertation): a read sees what was committed
 * when it came, once a quorum has confirmed, after it came, that this member still leads. Of one term: a new leader begins
 * anew, and numbers are never used twice in it.
 */
final class Reads {
    /** A read of this node, or of a follower that asked. */
    private record Waiting(NodeId from, long id, long index, long round) {}

    private record Ask(NodeId from, long id) {}

    private static final int ROUNDS_KEPT = 64;

    private final Member member;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** Those that came before the term had committed anything. */
    private final Set<Ask> early = new LinkedHashSet<>();

    /** Who has confirmed a round, by its number. */
    private final Map<Long, Set<NodeId>> confirmed = new TreeMap<>();

    /** When each round was begun, as far back as a lease can go. */
    private final NavigableMap<Long, Long> begunAt = new TreeMap<>();

    private long round;
    private boolean due;

    Reads(Member member) {
        this.member = member;
    }

    void add(NodeId from, long id) {
        boolean told = member.rules.mayTellIndex(member.log.term(member.log.commit()) == member.term());
        if (!told) {
            early.add(new Ask(from, id));
            return;
        }
        // All that come before the round begins share it.
        if (!due) {
            due = true;
            round++;
            confirmed.put(round, new TreeSet<>(Set.of(member.self)));
        }
        waiting.add(new Waiting(from, id, member.log.commit(), round));
    }

    boolean isIdle() {
        return waiting.isEmpty() && early.isEmpty();
    }

    /** What is committed has grown: those that came early can be told an index, if the term has committed something. */
    void committed() {
        if (!early.isEmpty() && member.log.term(member.log.commit()) == member.term()) {
            Set<Ask> all = new LinkedHashSet<>(early);
            early.clear();
            all.forEach(ask -> add(ask.from(), ask.id()));
        }
    }

    /** The round that is going on, which every message asks to confirm. */
    long round() {
        return round;
    }

    /** A sign of life goes out to all: it is a round of its own, so that its answers tell when they were asked for. */
    void beginAnother() {
        if (!due) {
            round++;
        }
        begin();
    }

    /** The round goes out. */
    void begin() {
        begunAt.put(round, member.now);
        while (begunAt.size() > ROUNDS_KEPT) {
            begunAt.pollFirstEntry();
        }
    }

    /** When a round was begun; the beginning of time if that is not known any more. */
    long begunAt(long answered) {
        Long at = begunAt.get(answered);
        return at == null ? Long.MIN_VALUE : at;
    }

    /** Whether a round has to begin, which it has by this. */
    boolean takeDue() {
        boolean begins = due;
        due = false;
        answer();
        return begins;
    }

    /** A member has answered a message of a round: all rounds up to it are confirmed. */
    void confirm(NodeId from, long answered) {
        confirmed.forEach((each, members) -> {
            if (member.rules.confirms(answered, each)) {
                members.add(from);
            }
        });
        answer();
    }

    private void answer() {
        while (!waiting.isEmpty() && isConfirmed(waiting.peek().round())) {
            Waiting read = waiting.remove();
            tell(read.from(), read.id(), read.index());
        }
        long oldest = waiting.isEmpty() ? round : waiting.peek().round();
        confirmed.keySet().removeIf(each -> each < oldest);
    }

    private boolean isConfirmed(long each) {
        Set<NodeId> members = confirmed.getOrDefault(each, Set.of());
        return !(due && each == round) && member.rules.isQuorum(member.configuration(), members::contains);
    }

    private void tell(NodeId to, long id, long index) {
        if (to.equals(member.self)) {
            member.reads.add(new Ready.Read(id, index));
        } else {
            member.post.send(to, new RaftMessage.ToldIndex(member.term(), id, index));
        }
    }

    /** This member leads no more: all that wait are told so. */
    void fail() {
        waiting.forEach(read -> tell(read.from(), read.id(), -1));
        early.forEach(ask -> tell(ask.from(), ask.id(), -1));
        waiting.clear();
        early.clear();
    }
}
