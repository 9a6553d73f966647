package io.quorate.node.protocol.raft;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The members of a scenario, their network and the time: nothing goes on but what a step says. */
final class ScenarioGroup {
    private static final long MILLI = 1_000_000L;
    private static final long TICK = 5 * MILLI;
    private static final int MESSAGES_MAX = 10_000;

    private final RaftSettings settings;
    private final Configuration beginning;
    private final Map<NodeId, ScenarioMember> members = new TreeMap<>();
    private final List<RaftRig.Sent> wire = new ArrayList<>();
    /** Directions in which nothing passes. */
    private final Set<String> cuts = new TreeSet<>();

    private final List<String> said = new ArrayList<>();
    private final Map<NodeId, Base> states = new TreeMap<>();
    private long now = 1_000 * MILLI;
    private long reads;

    ScenarioGroup(Collection<NodeId> voters, RaftSettings settings) {
        this.settings = settings;
        this.beginning = Configuration.of(voters);
        voters.forEach(id -> add(id, HardState.NONE, List.of()));
    }

    /** A member with a past, in place of the one that has its name, if any has. */
    void add(NodeId id, HardState hard, List<Entry> log) {
        ScenarioMember member = new ScenarioMember(id, settings, beginning, hard, log, said::add, this::send);
        members.put(id, member);
        member.start(now);
    }

    /** What has happened since this was asked last. */
    List<String> takeSaid() {
        List<String> all = List.copyOf(said);
        said.clear();
        return all;
    }

    private ScenarioMember at(NodeId id) {
        ScenarioMember member = members.get(id);
        if (member == null) {
            throw new IllegalArgumentException("no member " + id);
        }
        return member;
    }

    private RaftCore core(NodeId id) {
        return at(id).core();
    }

    private static String way(NodeId from, NodeId to) {
        return from + ">" + to;
    }

    private void send(RaftRig.Sent message) {
        if (!cuts.contains(way(message.from(), message.to()))) {
            wire.add(message);
        }
    }

    static String text(RaftRig.Sent message) {
        return way(message.from(), message.to()) + " " + MessageText.of(message.message());
    }

    /** Messages on their way, those sent first in front. */
    List<RaftRig.Sent> under(Predicate<RaftRig.Sent> which) {
        return wire.stream().filter(which).toList();
    }

    void show(Collection<NodeId> which) {
        (which.isEmpty() ? members.keySet() : which).forEach(id -> said.add(at(id).show()));
    }

    void list(List<RaftRig.Sent> messages) {
        messages.forEach(message -> said.add(text(message)));
        if (messages.isEmpty()) {
            said.add("nothing");
        }
    }

    /** Takes messages off their way. */
    void drop(List<RaftRig.Sent> messages) {
        messages.forEach(message -> {
            said.add("lost: " + text(message));
            wire.remove(message);
        });
    }

    /** Delivers messages, which are under way no more, or once more. */
    void deliver(List<RaftRig.Sent> messages, boolean again) {
        for (RaftRig.Sent message : messages) {
            if (!again) {
                wire.remove(message);
            }
            said.add(text(message));
            step(message);
        }
    }

    void step(RaftRig.Sent message) {
        ScenarioMember to = at(message.to());
        if (to.isUp()) {
            to.core().step(message.from(), message.message(), now);
            to.carryOut(now);
        }
    }

    /** Delivers all, and all that comes of it. */
    void settle() {
        for (int i = 0; !wire.isEmpty(); i++) {
            if (i > MESSAGES_MAX) {
                throw new IllegalStateException("messages without end: " + text(wire.get(0)));
            }
            step(wire.remove(0));
        }
    }

    /** Time passes at once, for these or for all, and nothing is delivered. */
    void tick(long nanos, Collection<NodeId> which) {
        now += nanos;
        for (NodeId id : which.isEmpty() ? members.keySet() : which) {
            ScenarioMember member = at(id);
            if (member.isUp()) {
                member.core().tick(now);
                member.carryOut(now);
            }
        }
    }

    /** Time passes little by little, and everything is delivered. */
    void wait(long nanos, Collection<NodeId> which) {
        for (long end = now + nanos; now < end; ) {
            tick(Math.min(TICK, end - now), which);
            settle();
        }
    }

    /** Time passes for one member until it leads. */
    void elect(NodeId id) {
        for (long end = now + 2 * settings.electionNanos(); now < end && core(id).role() != Role.LEADER; ) {
            tick(TICK, List.of(id));
            settle();
        }
        if (core(id).role() != Role.LEADER) {
            throw new IllegalArgumentException(at(id).show() + " does not come to lead");
        }
    }

    void campaign(NodeId id) {
        core(id).campaign(now);
        at(id).carryOut(now);
    }

    void cut(NodeId from, NodeId to) {
        at(from);
        at(to);
        cuts.add(way(from, to));
        wire.removeIf(message -> message.from().equals(from) && message.to().equals(to));
    }

    void cutOff(NodeId id) {
        members.keySet().stream().filter(other -> !other.equals(id)).forEach(other -> {
            cut(id, other);
            cut(other, id);
        });
    }

    void heal() {
        cuts.clear();
    }

    void hang(NodeId id, boolean from) {
        at(id).hang(from, now);
    }

    void persist(NodeId id) {
        at(id).persist(now);
    }

    void crash(NodeId id, long written) {
        at(id).crash(written);
        states.remove(id);
    }

    void start(NodeId id) {
        at(id).start(now);
    }

    void propose(NodeId id, List<String> commands) {
        answer(
                id,
                core(id).propose(commands.stream().map(Bytes::ofUtf8).toList(), now),
                "takes " + String.join(" ", commands));
    }

    void change(NodeId id, Set<NodeId> voters, Set<NodeId> learners) {
        answer(id, core(id).change(voters, learners, now), "changes the group");
    }

    private void answer(NodeId id, Ready.@Nullable Position at, String what) {
        said.add(at == null ? id + " refuses" : id + " " + what + " at " + at.index() + "/" + at.term());
        at(id).carryOut(now);
    }

    void read(NodeId id) {
        reads++;
        said.add(id + " begins read " + reads);
        core(id).read(reads, now);
        at(id).carryOut(now);
    }

    void lease(NodeId id) {
        long index = core(id).leasedIndex(now);
        said.add(index < 0 ? id + " has no lease" : id + " may read from entry " + index + " on by its lease");
    }

    void transfer(NodeId from, NodeId to) {
        said.add(core(from).transfer(to, now) ? from + " hands over to " + to : from + " refuses");
        at(from).carryOut(now);
    }

    void compact(NodeId id, long index) {
        at(id).compact(index);
    }

    /** One offers its state to another. */
    void offer(NodeId from, NodeId to) {
        Base state = at(from).state();
        boolean wanted = core(to).offered(from, core(from).term(), state, now);
        said.add(to + (wanted ? " begins to take" : " does not want") + " the state at " + state.index() + "/"
                + state.term());
        at(to).carryOut(now);
        if (wanted) {
            states.put(to, state);
        } else {
            sent(from, to);
        }
    }

    /** All of the state that was offered has come, or no more of it will. */
    void endOffer(NodeId from, NodeId to, boolean whole) {
        Base state = states.remove(to);
        if (state == null) {
            throw new IllegalArgumentException(to + " takes no state");
        }
        if (whole) {
            said.add(to + " has the state at " + state.index() + "/" + state.term());
            at(to).installed(from, state, now);
        } else {
            core(to).notInstalled();
            at(to).carryOut(now);
        }
        sent(from, to);
    }

    /** Whoever sends a state has come to its end, and does not know whether it arrived. */
    void sent(NodeId from, NodeId to) {
        core(from).stateSent(to, now);
        at(from).carryOut(now);
    }
}
