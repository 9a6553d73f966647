package io.quorate.bench.sim;

import io.quorate.bench.check.CausalOracle;
import io.quorate.bench.check.Violation;
import io.quorate.bench.check.WriteRecord;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.epoch.StaticRing;
import io.quorate.ring.placement.BalancedPlanner;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One run of a whole cluster from one seed: nodes, network, disks, clients and faults, all on this thread and in virtual
 * time. The oracle judges every answer while it runs; at the end everything heals and every key is read from all homes.
 */
public final class Simulation implements BrokenRules.Witness {
    static final String BUCKET = "b";
    private static final long SECOND = 1_000_000_000L;
    /**
     * By how much a write may be begun after its client's deadline: a pause of a second is not noticed at the door, clocks
     * run up to a tenth too slow, and a message's age is told a little short.
     */
    private static final long LATE_MAX = 3 * SECOND / 2;

    final Streams random;
    final Set<FaultKind> faults;
    final CausalOracle oracle;
    final int n;
    final ReadRepair readRepair;
    final Conflicts conflicts;
    final ExchangeSettings exchange;
    final boolean sloppy;
    private final PlantedBug bug;
    private final Agenda agenda = new Agenda();
    private final Trace trace = new Trace();
    private final RingState ring;
    private final Map<NodeId, SimNode> nodes = new TreeMap<>();
    private final SimNetwork network;
    private final SimReport report;
    private @Nullable PendingDelete lastDelete;
    private final Map<RetiredActor, PartitionClock> closed = new LinkedHashMap<>();
    private boolean calm;

    private record PendingDelete(CausalContext seen, Dot dot) {}

    /**
     * A run to be.
     *
     * @param allowed the kinds of faults that may happen; the seed chooses among them
     * @param operations how many the clients issue
     * @param conflicts what becomes of concurrent writes; null to have the seed choose
     */
    public Simulation(
            long seed, Set<FaultKind> allowed, int operations, PlantedBug bug, @Nullable Conflicts conflicts) {
        this(seed, allowed, operations, bug, conflicts, null);
    }

    /**
     * The same with or without anti-entropy.
     *
     * @param exchanging whether homes are compared in the background; null to have the seed choose
     */
    public Simulation(
            long seed,
            Set<FaultKind> allowed,
            int operations,
            PlantedBug bug,
            @Nullable Conflicts conflicts,
            @Nullable Boolean exchanging) {
        this.bug = bug;
        this.random = new Streams(seed);
        this.exchange = chosenExchange(exchanging);
        this.faults = EnumSet.noneOf(FaultKind.class);
        this.conflicts = chosen(conflicts);
        for (FaultKind kind : FaultKind.values()) {
            RandomGenerator stream = kind == FaultKind.WALL_CLOCK
                    ? random.clocks
                    : kind == FaultKind.WIPED_DISK ? random.losses : random.shape;
            boolean on = stream.nextInt(100) < 40 || (kind == FaultKind.WIPED_DISK && bug.isOfLosses());
            if (on && allowed.contains(kind)) {
                faults.add(kind);
            }
        }
        int drawn = random.shape.nextInt(4) == 0 ? 5 : 3;
        boolean loose = random.hints.nextInt(10) < 4;
        // As with anti-entropy: where nobody stands in for a home, other bugs show sooner.
        this.sloppy = exchanges() && (bug == PlantedBug.NONE ? loose : bug.isOfHints());
        int count = sloppy ? 5 : drawn;
        this.n = random.shape.nextInt(8) == 0 ? 1 + random.shape.nextInt(drawn) : 3;
        int mode = random.shape.nextInt(4);
        this.readRepair = bug == PlantedBug.NO_READ_REPAIR || mode < 2
                ? ReadRepair.BLOCKING
                : mode == 2 ? ReadRepair.ASYNC : ReadRepair.NONE;
        List<Member> members = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            members.add(new Member(NodeId.of("n" + i), "dc", "z" + i, 1, "http://n" + i, "n" + i, 1, 2));
        }
        this.ring = StaticRing.plan(
                        new Membership(members), new PartitionCount(2), Math.max(n, 3), new BalancedPlanner())
                .current();
        this.oracle = new CausalOracle(n, faults.contains(FaultKind.LOST_RECORD) ? 1 : 0, this::isOnADisk);
        this.network = new SimNetwork(this);
        BrokenRules rules = new BrokenRules(bug, this);
        for (Member member : members) {
            SimNode[] self = new SimNode[1];
            SimDisk disk =
                    new SimDisk(ring.partitions(), bug, () -> sync(self[0]), commit -> committing(self[0], commit));
            SimNode node = new SimNode(member.id(), disk, this, ring, rules);
            self[0] = node;
            if (faults.contains(FaultKind.CLOCK_SKEW)) {
                node.skew(0.95 + random.faults.nextInt(100) / 1000.0);
            }
            if (faults.contains(FaultKind.WALL_CLOCK)) {
                node.setClock(SimFaults.someError(random.clocks));
            }
            nodes.put(member.id(), node);
        }
        this.report = new SimReport(seed, operations);
    }

    private Conflicts chosen(@Nullable Conflicts wanted) {
        boolean drawn = random.clocks.nextInt(3) == 0;
        if (bug != PlantedBug.NONE) {
            return bug.isOfLastWriterWins() ? Conflicts.LWW : Conflicts.SIBLINGS;
        }
        return wanted != null ? wanted : drawn ? Conflicts.LWW : Conflicts.SIBLINGS;
    }

    private ExchangeSettings chosenExchange(@Nullable Boolean wanted) {
        boolean drawn = random.exchange.nextInt(10) < 6;
        // Bugs of what homes do when they are asked show soonest where nothing else mends what they do.
        boolean on = wanted != null ? wanted : bug == PlantedBug.NONE ? drawn : bug.isOfExchange() || bug.isOfHints();
        long interval = 500_000_000L << random.exchange.nextInt(5);
        ExchangeSettings settings = new ExchangeSettings(
                interval,
                20_000_000L << random.exchange.nextInt(5),
                700_000_000L,
                300_000_000L,
                1 + random.exchange.nextInt(4),
                1 << 20,
                5_000_000L << random.exchange.nextInt(4));
        return on ? settings : settings.never();
    }

    boolean exchanges() {
        return exchange.isOn();
    }

    /** Runs it to its end; the report says what was found. */
    public SimReport run() {
        try {
            nodes.values().forEach(SimNode::start);
            agenda.runUntil(SECOND);
            SimFaults chaos = new SimFaults(this);
            SimWorkload workload = new SimWorkload(this, bug, report);
            chaos.begin();
            workload.begin();
            while (!workload.isOver() && agenda.now() < 120 * SECOND) {
                agenda.runUntil(agenda.now() + SECOND / 4);
            }
            chaos.healEverything();
            agenda.runUntil(agenda.now() + 4 * SECOND);
            new FinalReads(this, workload, report).run();
        } catch (Violation violation) {
            report.violated(violation, trace.lines());
        } catch (RuntimeException e) {
            Violation thrown = new Violation("machines do not throw", e.toString());
            thrown.initCause(e);
            report.violated(thrown, trace.lines());
        }
        report.finished(trace.hash(), agenda.now(), oracle.checks());
        return report;
    }

    Agenda agenda() {
        return agenda;
    }

    long now() {
        return agenda.now();
    }

    /** What a clock that is right shows. */
    long trueMillis() {
        return 1_700_000_000_000L + agenda.now() / 1_000_000;
    }

    long randomLong() {
        return random.names.nextLong();
    }

    void note(String text) {
        trace.note(agenda.now(), text);
    }

    /** No slow disk from now on. */
    void calm() {
        calm = true;
    }

    void count(FaultKind kind) {
        report.fault(kind);
    }

    PlantedBug bug() {
        return bug;
    }

    RingState ring() {
        return ring;
    }

    SimNetwork network() {
        return network;
    }

    List<SimNode> nodes() {
        return List.copyOf(nodes.values());
    }

    SimNode node(NodeId id) {
        SimNode node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException("no node " + id);
        }
        return node;
    }

    RecordKey record(String key) {
        Bytes bytes = Bytes.ofUtf8(key);
        long token = TokenHash.tokenOf(BUCKET, bytes);
        return new RecordKey(new ReplicaSetId(n, ring.partitions().partitionOf(token)), token, BUCKET, 1, bytes);
    }

    int leafOf(RecordKey key) {
        return ring.partitions().bitsBelowPartition(key.token(), LeafTable.LEAF_BITS);
    }

    List<SimNode> homes(String key) {
        return ring.preference(record(key).set().partition()).homes(n).stream()
                .map(this::node)
                .toList();
    }

    /** A gap has been closed. */
    void closed(RetiredActor actor, PartitionClock known) {
        note("the gaps of " + actor.actor() + " are closed beside " + known);
        closed.put(actor, known);
        report.closed();
    }

    /** A write that only counts as applied is on no disk. */
    private boolean isOnADisk(String key, Dot dot) {
        return homes(key).stream().anyMatch(home -> hasApplied(home, record(key).set(), dot));
    }

    /** Whether a home's disk has a write, or has had it and what replaced it; one that only counts as applied it has not. */
    boolean hasApplied(SimNode home, ReplicaSetId set, Dot dot) {
        PartitionClock before = closed.get(new RetiredActor(set, dot.actor()));
        boolean only = before != null && dot.counter() < before.top(dot.actor()) && !before.contains(dot);
        return !only && home.disk.clock(set).contains(dot);
    }

    void send(NodeId from, NodeId to, PeerMessage message) {
        if (message instanceof PeerMessage.KeepHint keep) {
            publish(keep.key(), keep.object().state(), keep.object().applied());
        } else if (message instanceof PeerMessage.Write write) {
            publish(write.key(), write.object().state(), write.object().applied());
        }
        network.send(from, to, message);
    }

    private void publish(RecordKey key, KeyState state, List<Dot> applied) {
        for (Version version : state.versions()) {
            oracle.publish(version.dot(), operationOf(version));
        }
        for (Dot dot : applied) {
            WriteRecord record = oracle.find(key.key().toUtf8(), dot);
            if (record == null) {
                throw new Violation(
                        "only what was written is applied", dot + " of nothing, with " + state + " of " + key.key());
            }
        }
    }

    static int operationOf(Version version) {
        return Integer.parseInt(version.value().toUtf8());
    }

    private void sync(SimNode node) {
        long nanos = 200_000L + random.disk.nextInt(2_000_000);
        if (!calm && faults.contains(FaultKind.SLOW_DISK) && random.disk.nextInt(20) == 0) {
            nanos = random.disk.nextInt(1_500_000_000);
            count(FaultKind.SLOW_DISK);
        }
        node.disk.beginSync();
        agenda.after(nanos, () -> {
            if (node.disk.endSync()) {
                sync(node);
            }
        });
    }

    @Override
    public void put(CausalContext seen, Version version) {
        lastDelete = null;
        String key = keyOf.getOrDefault(operationOf(version), "?");
        Long latest = endOf.get(operationOf(version));
        boolean again = oracle.find(key, version.dot()) != null;
        if (!again && latest != null && agenda.now() - latest > LATE_MAX) {
            throw new Violation(
                    "what is late is not begun",
                    "#" + operationOf(version) + " of " + key + ", " + (agenda.now() - latest) / 1_000_000
                            + " ms after its deadline, as " + version.dot());
        }
        oracle.took(operationOf(version), key, version.dot(), seen, false);
        sane(version.dot(), seen.time());
    }

    @Override
    public void delete(CausalContext seen, Dot dot) {
        // A retry makes the same delete again: nothing new to witness. Where nobody has the dot, because it never left
        // its node's memory, it is another delete, maybe of another key.
        WriteRecord known = oracle.findByDot(dot);
        boolean again = known != null && known.isDeleteOver(seen) && (isIssued(dot) || isOnADisk(known.key(), dot));
        lastDelete = again ? null : new PendingDelete(seen, dot);
        sane(dot, seen.time());
    }

    /** At most one clock is wrong by more than minutes, and it is one of at least three. */
    private void sane(Dot dot, HybridTime stamp) {
        if (stamp.millis() - trueMillis() > 2L * SimFaults.CLOCK_ERROR_MAX_MILLIS) {
            throw new Violation("no stamp comes from the far future", dot + " is stamped " + stamp);
        }
    }

    /** Whether its node has a dot behind it; one that died with its batch is drawn again for something else. */
    private boolean isIssued(Dot dot) {
        SimNode issuer = node(dot.actor().node());
        if (!ring.preference(dot.actor().partition()).homes(n).contains(issuer.id)) {
            // It stood in for homes, and every run of it is another actor.
            return true;
        }
        Shard shard = issuer.shard();
        return shard == null
                || shard.replica(new ReplicaSetId(n, dot.actor().partition()))
                        .clock()
                        .contains(dot);
    }

    /** The first commit after a delete's dot was drawn is that delete's: it tells the key. */
    private void committing(SimNode node, Commit commit) {
        Commit.Header header = commit.header();
        PendingDelete pending = lastDelete;
        if (header == null) {
            for (Commit.HintChange change : commit.hints()) {
                Hint hint = change.hint();
                if (pending != null && hint != null && hint.object().applied().contains(pending.dot())) {
                    lastDelete = null;
                    oracle.took(-1, change.key().key().toUtf8(), pending.dot(), pending.seen(), true);
                }
            }
            return;
        }
        // A delete that is repeated over what is known already is no change; what is learnt of others has none either.
        if (pending != null
                && !commit.changes().isEmpty()
                && pending.dot().actor().node().equals(node.id)
                && SimDisk.clockOf(header, commit.set()).contains(pending.dot())) {
            lastDelete = null;
            String key = commit.changes().get(0).key().key().toUtf8();
            oracle.took(-1, key, pending.dot(), pending.seen(), true);
        }
        boolean damaging = faults.contains(FaultKind.LOST_RECORD) || faults.contains(FaultKind.CORRUPT_RECORD);
        if (damaging && !node.disk.verifyAll(commit.set())) {
            // Taken by a disk that has lost something: not safe before another home has it.
            for (Commit.Change change : commit.changes()) {
                for (WriteRecord record : oracle.writesOf(change.key().key().toUtf8())) {
                    if (record.dot().actor().node().equals(node.id)) {
                        record.takenOnDamage();
                    }
                }
            }
        }
    }

    private final Map<Integer, String> keyOf = new LinkedHashMap<>();

    private final Map<Integer, Long> endOf = new LinkedHashMap<>();

    /** A client goes on waiting for an operation until then. */
    void waitedFor(int operation, long until) {
        endOf.merge(operation, until, Math::max);
    }

    void planned(int operation, String key) {
        keyOf.put(operation, key);
    }
}
