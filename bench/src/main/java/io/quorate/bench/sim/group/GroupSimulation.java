package io.quorate.bench.sim.group;

import io.quorate.bench.check.LinearizabilityCheck;
import io.quorate.bench.check.Operation;
import io.quorate.bench.check.Verdict;
import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.Agenda;
import io.quorate.bench.sim.DiskTimes;
import io.quorate.bench.sim.Trace;
import io.quorate.bench.sim.Wires;
import io.quorate.bench.sim.raft.BrokenRaft;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.group.GroupRules;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.node.protocol.raft.RaftSettings;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of one group with all that a node puts around it: requests, state machine, log on disk, states in pieces. From one
 * seed, on this thread, in virtual time. What clients were told has to be linearizable, and all replicas have to be equal
 * where they have applied equally much.
 */
public final class GroupSimulation {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long FAULTS_END = 20 * SECOND;
    private static final long HEALED_MAX = 15 * SECOND;
    private static final int CLIENTS = 5;
    private static final int KEYS = 3;
    private static final long EXTRAS = 0x6578_7472_6173L;
    /** A leader looks once more for keys of deleted buckets after two minutes. */
    private static final long PURGED_MAX = 150 * SECOND;

    private final Agenda agenda = new Agenda();
    private final Trace trace = new Trace();
    private final Random random;
    private final GroupBug bug;
    private final RaftRules raftRules;
    private final GroupRules rules;
    private final GroupSettings settings;
    private final List<GroupNode> nodes = new ArrayList<>();
    private final OutsideNode outside;
    private final List<GroupClient> clients = new ArrayList<>();
    private final List<Extra> extras = new ArrayList<>();
    private final List<NodeId> ids = new ArrayList<>();
    private final List<RecordKey> keys = new ArrayList<>();
    /** The highest index that any client was told of by a time. */
    private final NavigableMap<Long, Long> toldBy = new TreeMap<>();

    private final ReplicaSetId set;
    private final Wires<GroupMessage> wires;
    private final DiskTimes disks;
    private final Map<GroupEvent, Long> events = new EnumMap<>(GroupEvent.class);
    /** What the states at an index add up to, by the first who came there. */
    private final Map<Long, String> sums = new HashMap<>();

    private final LostDisks lostDisks;
    private final boolean idles;
    private final long storeTellsNanos;
    private long acknowledged;
    private long reads;
    private long checks;
    private long rests;
    private @Nullable Violation violation;

    public GroupSimulation(long seed, GroupBug bug) {
        this.random = new Random(seed);
        this.bug = bug;
        this.raftRules = new BrokenRaft(bug.ofCore());
        this.rules = new BrokenGroup(bug);
        int size = random.nextInt(4) == 0 ? 5 : random.nextInt(12) == 0 ? 1 : 3;
        this.wires = new Wires<>(agenda, random, this::arrives);
        this.disks = new DiskTimes(agenda, random, 2, 60);
        this.idles = random.nextInt(3) > 0;
        this.storeTellsNanos = random.nextInt((int) (4 * MILLI));
        boolean skewed = random.nextInt(2) == 0;
        RaftSettings usual = RaftSettings.DEFAULT;
        this.settings = new GroupSettings(
                new RaftSettings(
                        usual.electionNanos(),
                        usual.heartbeatNanos(),
                        1 << random.nextInt(14),
                        1L << (5 + random.nextInt(12)),
                        random.nextInt(4) == 0 ? random.nextInt(200) : usual.proposedBytes()),
                // Often so little that states have to be sent.
                random.nextInt(2) == 0 ? 1L << (8 + random.nextInt(6)) : 1L << 20,
                400 * MILLI,
                3 * SECOND,
                1 << (5 + random.nextInt(8)),
                random.nextInt(2) == 0 ? 300 * MILLI : 5 * SECOND,
                1000,
                random.nextInt(2) == 0 ? random.nextInt(100) * MILLI : SECOND,
                // In some runs the table of idempotency keys is full before the end.
                bug == GroupBug.NONE && seed % 8 == 5 ? 100 : GroupSettings.DEFAULT.requestsMax(),
                (200 + random.nextInt(1500)) * MILLI);
        for (int i = 1; i <= size; i++) {
            ids.add(NodeId.of("n" + i));
        }
        this.set = ReplicaSetId.led(size, 0);
        for (int i = 0; i < KEYS; i++) {
            Bytes key = Bytes.ofUtf8("k" + i);
            keys.add(key("b", 1, key));
        }
        for (NodeId id : ids) {
            nodes.add(new GroupNode(id, this, skewed ? 0.9 + random.nextInt(200) / 1000.0 : 1));
        }
        this.lostDisks = new LostDisks(seed, bug, this, nodes, wires);
        this.outside = new OutsideNode(NodeId.of("outside"), this, new Random(random.nextLong()));
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new GroupClient(i, this, new Random(random.nextLong())));
        }
        // By numbers of their own: runs without them are as if there were none.
        Random ofExtras = new Random(seed ^ EXTRAS);
        if (bug.isOfExtras() || ofExtras.nextInt(3) == 1) {
            extras.add(new AsyncWrites(this, new Random(ofExtras.nextLong())));
            extras.add(new DeletedBucket(this, new Random(ofExtras.nextLong())));
        }
    }

    /** Runs it to its end. */
    public GroupSimulation run() {
        try {
            nodes.forEach(this::start);
            outside.start();
            clients.forEach(client -> agenda.after(random.nextInt(500) * MILLI, client::begin));
            extras.forEach(Extra::begin);
            agenda.after(SECOND, this::fault);
            lostDisks.begin();
            agenda.runUntil(FAULTS_END);
            heal();
            check();
        } catch (Violation found) {
            violation = found;
        } catch (RuntimeException e) {
            violation = new Violation("machines do not throw", e.toString());
            violation.initCause(e);
        }
        return this;
    }

    private void start(GroupNode node) {
        if (!node.isRunning()) {
            node.start(new Random(random.nextLong()));
            begun(node);
        }
    }

    /** A node's part in the group runs, or asks to be let in. */
    void begun(GroupNode node) {
        extras.forEach(extra -> extra.started(node));
    }

    private void fault() {
        GroupNode any = nodes.get(random.nextInt(nodes.size()));
        GroupNode other = nodes.get(random.nextInt(nodes.size()));
        long time = 50 * MILLI + random.nextInt(2000) * MILLI;
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                if (any.isRunning()) {
                    crashFor(any, () -> random.nextBoolean() ? time : time / 50);
                }
            }
            case 2 -> {
                note(any.id + " hears nothing");
                cut(any, time, false);
            }
            case 3 -> {
                note(any.id + " is cut off");
                cut(any, time, true);
            }
            case 4 -> {
                note(any.id + " pauses");
                any.pause(time);
            }
            case 5 -> any.transfer(other.id);
            case 6 -> nodes.stream().filter(GroupSimulation::leads).forEach(leader -> cut(leader, time, true));
            default -> {
                // Every node dies at once.
                if (random.nextInt(3) == 0) {
                    nodes.stream()
                            .filter(GroupNode::isRunning)
                            .forEach(node -> crashFor(node, () -> random.nextInt(500) * MILLI));
                }
            }
        }
        if (agenda.now() < FAULTS_END - 2 * SECOND) {
            agenda.after(random.nextInt(900) * MILLI, this::fault);
        }
    }

    /** A node dies, and is back after a while; some of what its disk had not promised to keep is there, or nothing at all is. */
    void crashFor(GroupNode node, LongSupplier nanos) {
        if (!node.isRunning()) {
            return;
        }
        int undecided = node.disk().undecided();
        node.crash(undecided == 0 ? 0 : random.nextInt(undecided + 1));
        lostDisks.died(node);
        agenda.after(nanos.getAsLong(), () -> start(node));
    }

    static boolean leads(GroupNode node) {
        Group group = node.group();
        return group != null && group.report(0).role().equals("leader");
    }

    private void cut(GroupNode node, long nanos, boolean bothWays) {
        wires.cutOff(node.id, ids, nanos, bothWays);
        if (random.nextBoolean()) {
            wires.cutOff(node.id, List.of(outside.id), nanos, true);
        }
    }

    private void heal() {
        lostDisks.end();
        wires.heal();
        disks.heal();
        note("everything heals");
        nodes.forEach(this::start);
        clients.forEach(GroupClient::stop);
        extras.forEach(Extra::stop);
        until("requests have no answer", HEALED_MAX, () -> clients.stream().allMatch(GroupClient::isIdle));
        // Who has just started may not have come to what its log holds: that nothing is left of something says little
        // then.
        until("members differ", HEALED_MAX, this::areEqual);
        until("work is left", PURGED_MAX, () -> extras.stream().allMatch(Extra::isDone));
        until("members differ", HEALED_MAX, this::areEqual);
    }

    private void until(String trouble, long max, BooleanSupplier over) {
        long end = agenda.now() + max;
        while (!over.getAsBoolean()) {
            if (agenda.now() >= end) {
                throw new Violation(
                        "healed means served",
                        trouble + " " + max / SECOND + " s after all was well: " + reports() + " "
                                + clients.stream()
                                        .filter(client -> !client.isIdle())
                                        .toList());
            }
            agenda.runUntil(agenda.now() + 100 * MILLI);
        }
    }

    private List<GroupReport> reports() {
        return nodes.stream()
                .flatMap(node -> Stream.ofNullable(node.group()))
                .map(group -> group.report(0))
                .toList();
    }

    private boolean areEqual() {
        List<GroupReport> all = reports();
        long applied = all.get(0).applied();
        return all.size() == nodes.size()
                && all.stream().anyMatch(report -> report.role().equals("leader"))
                && all.stream().allMatch(report -> report.applied() == applied && report.commit() == applied)
                && nodes.stream().allMatch(node -> node.disk().shows(applied));
    }

    private void check() {
        GroupNode first = nodes.get(0);
        for (GroupNode node : nodes) {
            checks++;
            if (!node.disk().contents().state().isSameAs(first.disk().contents().state())) {
                throw new Violation("replicas end equal", first.id + " and " + node.id + " differ on disk");
            }
        }
        extras.forEach(Extra::check);
        for (RecordKey key : keys) {
            List<Operation> history = new ArrayList<>();
            clients.forEach(client -> history.addAll(client.history(key)));
            Verdict verdict = LinearizabilityCheck.check(history);
            checks++;
            if (!(verdict instanceof Verdict.Ok)) {
                throw new Violation(
                        "what clients are told is linearizable", key.key().toUtf8() + ": " + verdict);
            }
        }
    }

    /** After each turn of a node: whoever has applied equally much has the same. */
    void settled(GroupNode node, Group group) {
        checks++;
        if (group.isQuiet()) {
            rests++;
        }
        Group.Stand stand = group.stand();
        String sum = stand.sum() + " " + stand.keys() + " " + stand.requests();
        String before = sums.putIfAbsent(stand.applied(), sum);
        if (before != null && !before.equals(sum)) {
            throw new Violation(
                    "replicas are equal where they have applied equally much",
                    node.id + " at entry " + stand.applied() + " has " + sum + ", another had " + before);
        }
    }

    void died(GroupNode node) {
        clients.forEach(client -> client.died(node));
    }

    void send(NodeId from, NodeId to, GroupMessage message) {
        if (!from.equals(outside.id)) {
            lostDisks.says(from, to, message);
        }
        // Requests that are handed on are the one kind of message that a transport must not double.
        wires.send(from, to, message, !(message instanceof GroupMessage.Ask));
    }

    private void arrives(NodeId from, NodeId to, GroupMessage message, long age) {
        if (outside.id.equals(to)) {
            note(from + ">" + to + " " + message);
            outside.receive(from, message);
        }
        for (GroupNode node : nodes) {
            if (node.id.equals(to) && node.isRunning()) {
                note(from + ">" + to + " " + message);
                node.receive(from, message, age);
            }
        }
    }

    /** When the write that a node begins now will have ended. */
    long diskFree(GroupNode node) {
        return disks.next(node);
    }

    /** Between an input and what comes of it: others may come in between. */
    long settleNanos() {
        return random.nextInt(200_000);
    }

    /** From the moment that the store has a turn to the one that its group hears of it. */
    long storeTellsNanos() {
        return storeTellsNanos;
    }

    Asked anyNode(Random chooser) {
        return chooser.nextInt(5) == 0 ? outside : nodes.get(chooser.nextInt(nodes.size()));
    }

    /** Until a client's next request; in some runs all are idle together at times, so that the group comes to rest. */
    long thinkNanos() {
        long idle = idles && agenda.now() / (2 * SECOND) % 2 == 1 ? random.nextInt(4000) * MILLI : 0;
        return idle + random.nextInt(60) * MILLI;
    }

    long timeoutNanos() {
        return SECOND;
    }

    /** How long a client waits for an answer: longer than the node has for it, by whatever clock. */
    long patienceNanos() {
        return 2 * SECOND;
    }

    void happened(GroupEvent event) {
        events.merge(event, 1L, Long::sum);
    }

    void acknowledged(long index) {
        acknowledged++;
        Map.Entry<Long, Long> last = toldBy.lastEntry();
        if (last == null || last.getValue() < index) {
            toldBy.put(agenda.now(), index);
        }
    }

    /** A replica has said how old what it shows may be: nothing older is missing from it. */
    void readAsOld(long index, long lagMillis, long began) {
        checks++;
        // The slowest clock shows nine tenths of the time.
        long moment = began - lagMillis * MILLI * 9 / 8;
        Map.Entry<Long, Long> told = toldBy.floorEntry(moment);
        if (told != null && told.getValue() > index) {
            throw new Violation(
                    "a replica is not older than it says",
                    "what is applied up to " + index + " is said to be " + lagMillis + " ms old at " + began + ", and "
                            + told + " was told");
        }
    }

    void read() {
        reads++;
    }

    Agenda agenda() {
        return agenda;
    }

    long now() {
        return agenda.now();
    }

    ReplicaSetId set() {
        return set;
    }

    List<NodeId> ids() {
        return ids;
    }

    List<GroupNode> nodes() {
        return nodes;
    }

    RecordKey key(String bucket, int generation, Bytes key) {
        return new RecordKey(set, TokenHash.tokenOf(bucket, key), bucket, generation, key);
    }

    /** The keys of clients. */
    List<RecordKey> keys() {
        return keys;
    }

    GroupSettings settings() {
        return settings;
    }

    /** The bug as far as a node's disk is concerned: some are of one disk only. */
    GroupBug bugOf(NodeId id) {
        return bug.isOfOneDisk() && !id.equals(ids.get(ids.size() - 1)) ? GroupBug.NONE : bug;
    }

    /** Whether a node that has lost its disk waits until it is let in. */
    boolean rejoins() {
        return bug != GroupBug.LOST_DISK_VOTES;
    }

    RaftRules raftRules() {
        return raftRules;
    }

    GroupRules rules() {
        return rules;
    }

    void note(String text) {
        trace.note(agenda.now(), text);
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

    public long acknowledgedWrites() {
        return acknowledged;
    }

    public long reads() {
        return reads;
    }

    public long checks() {
        return checks;
    }

    /** Turns of nodes after which their part of the group rested. */
    public long rests() {
        return rests;
    }

    /** How often something happened to a group. */
    public long count(GroupEvent event) {
        return events.getOrDefault(event, 0L);
    }
}
