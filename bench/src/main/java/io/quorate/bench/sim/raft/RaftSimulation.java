package io.quorate.bench.sim.raft;

import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.Agenda;
import io.quorate.bench.sim.Trace;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.node.protocol.raft.RaftSettings;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of one group from one seed: members, network, disks, clients and faults, on this thread and in virtual time. The
 * laws are held against every step; at the end everything heals and the group has to go on.
 */
public final class RaftSimulation {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long FAULTS_END = 20 * SECOND;
    private static final int NEVER = 1_000_000;
    private static final long HEALED_MAX = 10 * SECOND;

    private final Agenda agenda = new Agenda();
    private final Trace trace = new Trace();
    private final RaftLaws laws = new RaftLaws();
    private final Random random;
    private final RaftBug bug;
    private final RaftRules rules;
    private final List<SimMember> members = new ArrayList<>();
    private final int statesEvery;
    private final Map<SimMember, Long> diskBusyUntil = new HashMap<>();
    /** Directions in which nothing passes. */
    private final Set<String> cuts = new HashSet<>();

    private final int dropPercent;
    private final int doublePercent;
    private final int slowPercent;
    private final boolean slowDisks;
    /** Whether what is under way when a cut begins arrives nevertheless. */
    private final boolean lateArrivals;

    private final RaftSettings settings;
    private final boolean changes;
    /** Whether leaders are asked for leases; then nobody stands but by the leader's own word. */
    private final boolean leases;
    /** Whether leaders fall where they stand: then terms follow each other quickly. */
    private final boolean leadersFall;

    private boolean calm;
    private long acknowledged;
    private long reads;
    private @Nullable Violation violation;

    public RaftSimulation(long seed, RaftBug bug) {
        this.random = new Random(seed);
        this.leases = seed % 2 == 0 && (bug == RaftBug.NONE || bug == RaftBug.LEASE_TOO_LONG);
        this.bug = bug;
        this.rules = new BrokenRaft(bug);
        int size = random.nextInt(3) == 0 ? 5 : random.nextInt(12) == 0 ? 1 : 3;
        this.dropPercent = random.nextInt(3) == 0 ? 0 : random.nextInt(25);
        this.doublePercent = random.nextInt(2) == 0 ? 0 : random.nextInt(20);
        this.slowPercent = random.nextInt(2) == 0 ? 0 : random.nextInt(10);
        this.slowDisks = random.nextInt(2) == 0;
        boolean skewed = random.nextInt(2) == 0;
        this.lateArrivals = random.nextInt(2) == 0;
        // With few entries in a message, what an old leader left and what the new one makes go apart.
        int appendBytes = random.nextInt(2) == 0 ? 1 : 1 << random.nextInt(12);
        this.settings = new RaftSettings(
                RaftSettings.DEFAULT.electionNanos(),
                RaftSettings.DEFAULT.heartbeatNanos(),
                appendBytes,
                1L << (5 + random.nextInt(10)),
                RaftSettings.DEFAULT.proposedBytes());
        List<NodeId> ids = new ArrayList<>();
        for (int i = 1; i <= size + 1; i++) {
            ids.add(NodeId.of("n" + i));
        }
        // One more than the group begins with, to come in.
        Base beginning = new Base(0, 0, Configuration.of(ids.subList(0, size)));
        for (NodeId id : ids) {
            members.add(new SimMember(id, this, skewed ? 0.9 + random.nextInt(200) / 1000.0 : 1, beginning));
        }
        int every = random.nextInt(2) == 0 ? 10 + random.nextInt(40) : NEVER;
        boolean changing = random.nextInt(2) == 0;
        // Other bugs show sooner where the group and its log stay what they are.
        this.statesEvery = bug == RaftBug.NONE || bug.isOfStates() ? every : NEVER;
        this.changes = changing && (bug == RaftBug.NONE || bug == RaftBug.CHANGE_AT_ONCE);
        this.leadersFall = random.nextInt(2) == 0;
    }

    /** Runs it to its end. */
    public RaftSimulation run() {
        try {
            members.forEach(this::start);
            agenda.after(0, this::workload);
            agenda.after(SECOND, this::fault);
            agenda.runUntil(FAULTS_END);
            heal();
        } catch (Violation found) {
            violation = found;
        } catch (RuntimeException e) {
            violation = new Violation("machines do not throw", e.toString());
            violation.initCause(e);
        }
        return this;
    }

    private void start(SimMember member) {
        member.start(new Random(random.nextLong()));
    }

    /** Clients that know nothing of leaders ask all members, and some the one that leads. */
    private void workload() {
        SimMember any = members.get(random.nextInt(members.size()));
        int kind = random.nextInt(10);
        if (kind < 5) {
            members.stream().filter(RaftSimulation::leads).forEach(member -> member.propose(command()));
        } else if (kind < 6) {
            any.propose(command());
        } else {
            any.read();
        }
        if (agenda.now() < FAULTS_END) {
            agenda.after(random.nextInt((int) (40 * MILLI)), this::workload);
        }
    }

    private Bytes command() {
        return Bytes.ofUtf8("c" + random.nextInt());
    }

    private static boolean leads(SimMember member) {
        RaftCore core = member.core();
        return core != null && core.role() == Role.LEADER;
    }

    private void fault() {
        SimMember any = members.get(random.nextInt(members.size()));
        SimMember other = members.get(random.nextInt(members.size()));
        long time = 50 * MILLI + random.nextInt(2000) * MILLI;
        if (changes && random.nextInt(3) == 0) {
            changeMembers();
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                if (any.isUp()) {
                    any.crash(random.nextInt(any.writesOnTheirWay() + 1));
                    agenda.after(random.nextBoolean() ? time : time / 50, () -> restart(any));
                }
            }
            case 1 -> {
                note(any.id + " hears nothing");
                cut(any, time, false);
            }
            case 2 -> {
                note(any.id + " is cut off");
                cut(any, time, true);
            }
            case 3 -> {
                note(any.id + " pauses");
                any.pause(time);
            }
            case 4 -> any.transfer(other.id);
            case 6 -> {
                if (!leases) {
                    standTogether();
                }
            }
            case 5 -> members.stream().filter(RaftSimulation::leads).forEach(leader -> cut(leader, time, true));
            default -> {
                // Every member dies at once.
                if (random.nextInt(4) == 0) {
                    members.stream().filter(SimMember::isUp).forEach(member -> {
                        member.crash(random.nextInt(member.writesOnTheirWay() + 1));
                        agenda.after(random.nextInt(500) * MILLI, () -> restart(member));
                    });
                }
            }
        }
        if (agenda.now() < FAULTS_END - 2 * SECOND) {
            agenda.after(random.nextInt(900) * MILLI, this::fault);
        }
    }

    /** Who has just won falls, in some runs: what only it has, and what it had from others, is where terms meet. */
    void hasWon(SimMember leader) {
        if (leadersFall && !calm && random.nextInt(2) == 0) {
            boolean dies = random.nextInt(4) == 0;
            long time = 200 * MILLI + random.nextInt(1500) * MILLI;
            agenda.after(random.nextInt((int) (20 * MILLI)), () -> {
                if (!dies) {
                    cut(leader, time, true);
                } else if (leader.isUp()) {
                    leader.crash(random.nextInt(leader.writesOnTheirWay() + 1));
                    agenda.after(time, () -> restart(leader));
                }
            });
        }
    }

    /** Two stand in the same term, as after a hand-over that was given up and made to another. */
    private void standTogether() {
        for (SimMember leader : members) {
            RaftCore core = leader.core();
            if (core != null && leads(leader)) {
                members.stream()
                        .filter(member -> member != leader)
                        .limit(2)
                        .forEach(member -> deliver(leader.id, member.id, new RaftMessage.StandNow(core.term()), MILLI));
                return;
            }
        }
    }

    /** Who has just voted dies, now and then, and is back at once: it must not vote again. */
    void hasVoted(SimMember member) {
        if (!calm && random.nextInt(4) == 0) {
            agenda.after(random.nextInt((int) MILLI), () -> {
                if (member.isUp()) {
                    member.crash(0);
                    agenda.after(random.nextInt((int) (4 * MILLI)), () -> restart(member));
                }
            });
        }
    }

    /** Some of all, in some role; who leads may be among those that go. */
    private void changeMembers() {
        List<NodeId> ids =
                new ArrayList<>(members.stream().map(member -> member.id).toList());
        Collections.shuffle(ids, random);
        int voters = 1 + random.nextInt(ids.size());
        Set<NodeId> others = random.nextBoolean() ? new TreeSet<>(ids.subList(voters, ids.size())) : Set.of();
        members.stream()
                .filter(RaftSimulation::leads)
                .forEach(leader -> leader.change(new TreeSet<>(ids.subList(0, voters)), others));
    }

    boolean leases() {
        return leases;
    }

    /** How many entries a state stands for at least. */
    int statesEvery() {
        return statesEvery;
    }

    long installNanos() {
        return MILLI + random.nextInt(200) * MILLI;
    }

    /** Sends a state of the state machine, which may be lost on its way. */
    void sendState(SimMember from, NodeId to, long term, Base base) {
        boolean arrives = calm || random.nextInt(100) >= 10 + dropPercent;
        boolean whole = calm || random.nextInt(10) > 0;
        agenda.after(MILLI + random.nextInt(100) * MILLI, () -> {
            boolean passes = arrives && !cuts.contains(from.id + ">" + to);
            for (SimMember member : members) {
                if (member.id.equals(to) && member.isUp() && passes) {
                    note(from.id + ">" + to + " state " + base);
                    member.offered(from.id, term, base, whole, () -> from.stateSent(to));
                }
            }
            // Whoever sends gives up after a while, if it hears nothing.
            agenda.after(500 * MILLI, () -> from.stateSent(to));
        });
    }

    private void restart(SimMember member) {
        if (!member.isUp()) {
            start(member);
        }
    }

    private void cut(SimMember member, long nanos, boolean bothWays) {
        List<String> ways = new ArrayList<>();
        for (SimMember each : members) {
            ways.add(each.id + ">" + member.id);
            if (bothWays) {
                ways.add(member.id + ">" + each.id);
            }
        }
        cuts.addAll(ways);
        agenda.after(nanos, () -> cuts.removeAll(ways));
    }

    private void heal() {
        calm = true;
        cuts.clear();
        note("everything heals");
        members.forEach(this::restart);
        // First by themselves, with nothing more to take, and then with something.
        until("members differ", this::areEqual);
        long before = acknowledged;
        until("nothing is committed", () -> {
            members.stream().filter(RaftSimulation::leads).forEach(member -> member.propose(command()));
            return acknowledged > before;
        });
        until("members differ again", this::areEqual);
    }

    private void until(String trouble, BooleanSupplier over) {
        long end = agenda.now() + HEALED_MAX;
        while (!over.getAsBoolean()) {
            if (agenda.now() >= end) {
                throw new Violation("healed means served", trouble + " 10 s after all was well");
            }
            agenda.runUntil(agenda.now() + 100 * MILLI);
        }
    }

    private boolean areEqual() {
        SimMember leader =
                members.stream().filter(RaftSimulation::leads).findFirst().orElse(null);
        RaftCore leading = leader == null ? null : leader.core();
        if (leader == null || leading == null || leading.configuration().isJoint()) {
            return false;
        }
        for (SimMember member : members) {
            laws.match(leader.id, leader.durableLog(), member.id, member.durableLog());
            RaftCore core = member.core();
            boolean belongs = leading.configuration().members().contains(member.id);
            if (core == null
                    || (belongs
                            && (core.commit() != laws.committed()
                                    || member.durableLog().lastIndex()
                                            != leader.durableLog().lastIndex()))) {
                return false;
            }
        }
        return true;
    }

    void send(NodeId from, NodeId to, RaftMessage message) {
        if (from.equals(to)) {
            deliver(from, to, message, 0);
            return;
        }
        if (!calm && random.nextInt(100) < dropPercent) {
            return;
        }
        if (lateArrivals && cuts.contains(from + ">" + to)) {
            return;
        }
        int copies = !calm && random.nextInt(100) < doublePercent ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long nanos = MILLI / 2 + random.nextInt((int) (4 * MILLI));
            if (!calm && random.nextInt(100) < slowPercent) {
                nanos += random.nextInt(1500) * MILLI;
            }
            deliver(from, to, message, nanos);
        }
    }

    private void deliver(NodeId from, NodeId to, RaftMessage message, long nanos) {
        agenda.after(nanos, () -> {
            if (!lateArrivals && cuts.contains(from + ">" + to)) {
                return;
            }
            for (SimMember member : members) {
                if (member.id.equals(to) && member.isUp()) {
                    note(from + ">" + to + " " + message);
                    member.receive(from, message);
                }
            }
        });
    }

    /** When the write that a member begins now will be durable. */
    long diskFree(SimMember member) {
        long nanos = MILLI / 5 + random.nextInt((int) (3 * MILLI));
        if (!calm && slowDisks && random.nextInt(40) == 0) {
            nanos += random.nextInt(1000) * MILLI;
        }
        long free = Math.max(diskBusyUntil.getOrDefault(member, 0L), agenda.now()) + nanos;
        diskBusyUntil.put(member, free);
        return free;
    }

    Agenda agenda() {
        return agenda;
    }

    long now() {
        return agenda.now();
    }

    RaftLaws laws() {
        return laws;
    }

    RaftBug bug() {
        return bug;
    }

    RaftRules rules() {
        return rules;
    }

    RaftSettings settings() {
        return settings;
    }

    void note(String text) {
        trace.note(agenda.now(), text);
    }

    void acknowledged() {
        acknowledged++;
    }

    void read() {
        reads++;
    }

    /** What was broken; null if nothing was. */
    public @Nullable Violation violation() {
        return violation;
    }

    /** The last events. */
    public List<String> trace() {
        return trace.lines();
    }

    /** Equal for equal runs. */
    public long traceHash() {
        return trace.hash();
    }

    /** Commands that clients were told to be committed. */
    public long acknowledgedWrites() {
        return acknowledged;
    }

    public long readsChecked() {
        return reads;
    }

    public long checks() {
        return laws.checks();
    }
}
