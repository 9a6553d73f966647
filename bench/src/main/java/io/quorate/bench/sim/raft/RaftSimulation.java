package io.quorate.bench.sim.raft;

import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.Agenda;
import io.quorate.bench.sim.DiskTimes;
import io.quorate.bench.sim.Trace;
import io.quorate.bench.sim.Wires;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.node.protocol.raft.RaftSettings;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.serial.RaftCodec;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
    private final RaftLaws laws;
    private final Random random;
    private final RaftBug bug;
    private final RaftRules rules;
    private final List<NodeId> ids = new ArrayList<>();
    private final List<SimMember> members = new ArrayList<>();
    private final int statesEvery;
    private final Wires<Bytes> wires;
    private final DiskTimes disks;
    private final RaftSettings settings;
    private final RaftFaults faults;
    /** Whether leaders are asked for leases; then nobody stands but by the leader's own word. */
    private final boolean leases;
    /** Whether members take several inputs before they look what is to be done. */
    private final boolean gathers;

    private long quietUntil;
    private boolean calm;
    private long acknowledged;
    private long reads;
    private @Nullable Violation violation;

    public RaftSimulation(long seed, RaftBug bug) {
        this.random = new Random(seed);
        this.leases = seed % 2 == 0 && bug.showsWith(RaftBug.Scene.LEASES);
        this.bug = bug;
        this.rules = new BrokenRaft(bug);
        int size = random.nextInt(3) == 0 ? 5 : random.nextInt(12) == 0 ? 1 : 3;
        this.wires = new Wires<>(agenda, random, this::arrives);
        this.disks = new DiskTimes(agenda, random, 3, 40);
        boolean skewed = random.nextInt(2) == 0;
        if (random.nextInt(2) == 0) {
            wires.lateArrivals();
        }
        // With few entries in a message, what an old leader left and what the new one makes go apart.
        int appendBytes = random.nextInt(2) == 0 ? 1 : 1 << random.nextInt(12);
        this.settings = new RaftSettings(
                RaftSettings.DEFAULT.electionNanos(),
                RaftSettings.DEFAULT.heartbeatNanos(),
                appendBytes,
                1L << (5 + random.nextInt(10)),
                RaftSettings.DEFAULT.proposedBytes());
        for (int i = 1; i <= size + 1; i++) {
            ids.add(NodeId.of("n" + i));
        }
        // One more than the group begins with, to come in.
        Base beginning = new Base(0, 0, Configuration.of(ids.subList(0, size)));
        this.laws = new RaftLaws(beginning.configuration());
        for (NodeId id : ids) {
            members.add(new SimMember(id, this, skewed ? 0.9 + random.nextInt(200) / 1000.0 : 1, beginning));
        }
        int every = random.nextInt(2) == 0 ? 10 + random.nextInt(40) : NEVER;
        boolean changing = random.nextInt(2) == 0;
        // Other bugs show sooner where the group and its log stay what they are.
        this.statesEvery = bug.showsWith(RaftBug.Scene.STATES) ? every : NEVER;
        boolean changes = changing && bug.showsWith(RaftBug.Scene.CHANGES);
        this.faults = new RaftFaults(this, random, wires, FAULTS_END - 2 * SECOND, changes);
        this.gathers = random.nextInt(3) == 0;
    }

    /** Runs it to its end. */
    public RaftSimulation run() {
        try {
            members.forEach(this::start);
            agenda.after(0, this::workload);
            agenda.after(SECOND, faults::next);
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
        if (agenda.now() >= quietUntil) {
            ask(members.get(random.nextInt(members.size())), random.nextInt(10));
        }
        if (agenda.now() < FAULTS_END) {
            agenda.after(random.nextInt((int) (40 * MILLI)), this::workload);
        }
    }

    private void ask(SimMember any, int kind) {
        if (kind < 5) {
            members.stream().filter(RaftSimulation::leads).forEach(this::proposeTo);
        } else if (kind < 6) {
            proposeTo(any);
        } else {
            any.read();
        }
    }

    /** Clients ask nothing for a while. */
    void quiet(long nanos) {
        quietUntil = agenda.now() + nanos;
    }

    void proposeTo(SimMember member) {
        member.propose(Bytes.ofUtf8("c" + random.nextInt()));
    }

    static boolean leads(SimMember member) {
        RaftCore core = member.core();
        return core != null && core.role() == Role.LEADER;
    }

    RaftFaults faults() {
        return faults;
    }

    List<NodeId> ids() {
        return ids;
    }

    List<SimMember> members() {
        return members;
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
        boolean arrives = calm || random.nextInt(100) >= 10 + wires.dropPercent();
        boolean whole = calm || random.nextInt(10) > 0;
        agenda.after(MILLI + random.nextInt(100) * MILLI, () -> {
            boolean passes = arrives && !wires.isCut(from.id, to);
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

    boolean isDurableAt(NodeId node, Entry entry) {
        return members.stream()
                .anyMatch(
                        member -> member.id.equals(node) && member.durableLog().holds(entry));
    }

    void restart(SimMember member) {
        if (!member.isUp()) {
            start(member);
        }
    }

    /** How long a member takes in what comes before it looks what is to be done: 0 if it looks after each input. */
    long gatherNanos() {
        return gathers ? random.nextInt((int) (2 * MILLI)) : 0;
    }

    private void heal() {
        calm = true;
        faults.end();
        wires.heal();
        disks.heal();
        note("everything heals");
        members.forEach(this::restart);
        // First by themselves, with nothing more to take, and then with something.
        until("members differ", this::areEqual);
        long before = acknowledged;
        until("nothing is committed", () -> {
            members.stream().filter(RaftSimulation::leads).forEach(this::proposeTo);
            return acknowledged > before;
        });
        until("members differ again", this::areEqual);
        until("somebody waits for an answer", this::haveAnswers);
    }

    /** Whoever belongs to the group no more may never learn what became of what it proposed. */
    private boolean haveAnswers() {
        return members.stream()
                .filter(RaftSimulation::leads)
                .flatMap(leader -> leader.group().stream())
                .noneMatch(node -> members.stream().anyMatch(member -> member.id.equals(node) && member.owesAnswers()));
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
        Bytes sent = encode(message);
        if (from.equals(to)) {
            agenda.after(0, () -> arrives(from, to, sent, 0));
        } else {
            wires.send(from, to, sent, true);
        }
    }

    static Bytes encode(RaftMessage message) {
        ByteSink out = new ByteSink(64);
        RaftCodec.write(out, message);
        return out.toBytes();
    }

    private void arrives(NodeId from, NodeId to, Bytes sent, long age) {
        for (SimMember member : members) {
            if (member.id.equals(to) && member.isUp()) {
                RaftMessage message = RaftCodec.read(new ByteSource(sent));
                trace.note(agenda.now(), sent.hashCode(), () -> from + ">" + to + " " + message);
                member.receive(from, message);
            }
        }
    }

    /** When the write that a member begins now will be durable. */
    long diskFree(SimMember member) {
        return disks.next(member);
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
