package io.quorate.bench.sim;

import io.quorate.bench.check.CausalOracle;
import io.quorate.bench.check.Violation;
import io.quorate.bench.check.WriteRecord;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Clients that read, write and delete a few keys with contexts good and old, and retry what may not have happened. */
final class SimWorkload {
    private static final long TIMEOUT = 1_000_000_000L;
    private static final int CLIENTS = 4;
    private static final int RETRIES = 2;

    final List<String> keys = List.of("k1", "k2", "k3");
    private final Simulation world;
    private final PlantedBug bug;
    private final SimReport report;
    private final RandomGenerator random;
    private final Map<String, List<CausalContext>> contexts = new LinkedHashMap<>();
    private int nextOperation;
    private int left;
    private int running;

    SimWorkload(Simulation world, PlantedBug bug, SimReport report) {
        this.world = world;
        this.bug = bug;
        this.report = report;
        this.random = world.random.workload;
        this.left = report.operations();
        keys.forEach(key -> contexts.put(key, new ArrayList<>(List.of(CausalContext.EMPTY))));
    }

    void begin() {
        for (int client = 0; client < CLIENTS; client++) {
            running++;
            world.agenda().after(random.nextInt(50_000_000), this::next);
        }
    }

    boolean isOver() {
        return running == 0;
    }

    private void next() {
        if (left == 0) {
            running--;
            return;
        }
        left--;
        String key = keys.get(random.nextInt(keys.size()));
        int kind = random.nextInt(100);
        if (kind < 40) {
            read(key, level(), anyNode(), this::pause);
        } else {
            write(key, kind >= 85);
        }
    }

    /**
     * An answer of one home proves nothing about what that home has silently lost; with such faults about, two are asked.
     */
    private int level() {
        int level = 1 + random.nextInt(world.n);
        return world.faults.contains(FaultKind.LOST_RECORD) ? Math.max(Math.min(2, world.n), level) : level;
    }

    private void pause() {
        world.agenda().after(random.nextInt(60_000_000), this::next);
    }

    private SimNode anyNode() {
        List<SimNode> nodes = world.nodes();
        return nodes.get(random.nextInt(nodes.size()));
    }

    private KeyAddress address(String key) {
        ReadRepair repair = bug == PlantedBug.NO_READ_REPAIR ? ReadRepair.NONE : world.readRepair;
        return new KeyAddress(world.record(key), repair, 100, world.conflicts, world.sloppy);
    }

    private int asked(int need) {
        return bug == PlantedBug.ONE_ACK_TOO_FEW ? Math.max(1, need - 1) : need;
    }

    /** A read and what the oracle says of its answer; {@code then} runs whatever becomes of it. */
    void read(String key, int r, SimNode node, Runnable then) {
        long start = world.now();
        report.operation();
        Once once = new Once(then);
        boolean sent = node.request(new KeyRequest.Get(address(key), asked(r)), TIMEOUT, reply -> {
            world.note("read " + key + " r=" + r + " at " + node.id + ": " + Describe.reply(reply));
            if (reply instanceof KeyReply.ReadDone done) {
                // What a stand-in keeps is no home's yet.
                int counted = world.sloppy ? Math.min(r, done.reached().homes()) : r;
                // Alone with a new disk, a node tells what it has, and promises nothing.
                int homes = node.isUnsure() ? 0 : counted;
                // And an answer that rests on a stand-in too does not wait until homes have been repaired.
                judge(key, homes, done.reached().hinted() == 0, start, done.state());
            }
            once.run();
        });
        world.agenda().after(sent ? 3 * TIMEOUT / 2 : 1_000_000, once);
    }

    private void judge(String key, int r, boolean homesAlone, long start, KeyState state) {
        report.read();
        List<CausalOracle.Shown> shown = new ArrayList<>();
        for (Version version : state.versions()) {
            shown.add(new CausalOracle.Shown(version.dot(), Simulation.operationOf(version)));
        }
        long writes =
                state.shown().stream().map(Simulation::operationOf).distinct().count();
        if (writes != state.shown().size()) {
            throw new Violation("one write is shown once", Describe.reply(done(state)));
        }
        boolean monotonic = world.readRepair == ReadRepair.BLOCKING && homesAlone && r > world.n / 2;
        world.oracle.read(new CausalOracle.Answer(key, shown, state.context(), r, monotonic, start, world.now()));
        CausalContext context = state.context();
        if (bug == PlantedBug.CONTEXT_OF_LIVE_DOTS) {
            VersionVector vector = VersionVector.EMPTY;
            for (Version version : state.versions()) {
                vector = vector.with(version.dot().actor(), version.dot().counter());
            }
            context = CausalContext.of(vector);
        }
        remember(key, context);
    }

    private static KeyReply done(KeyState state) {
        return new KeyReply.ReadDone(
                state, new KeyReply.Reached(0, 0, 0, 0, 0, com.google.common.collect.ImmutableList.of()));
    }

    private void remember(String key, CausalContext context) {
        contexts.getOrDefault(key, new ArrayList<>()).add(context);
    }

    private CausalContext someContext(String key) {
        List<CausalContext> known = contexts.getOrDefault(key, List.of(CausalContext.EMPTY));
        int back = random.nextInt(10) == 0 ? random.nextInt(known.size()) : random.nextInt(Math.min(4, known.size()));
        return random.nextInt(5) == 0 ? CausalContext.EMPTY : known.get(known.size() - 1 - back);
    }

    private void write(String key, boolean delete) {
        int operation = nextOperation++;
        world.planned(operation, key);
        CausalContext seen = someContext(key);
        boolean explicit = random.nextInt(3) == 0;
        Bytes id = Bytes.ofUtf8((explicit ? "id" : "\0") + operation);
        KeyRequest.RequestId requestId = new KeyRequest.RequestId(id, explicit);
        boolean pinned = delete && random.nextInt(3) == 0;
        int w = pinned ? level() : 1 + random.nextInt(world.n);
        KeyRequest request = delete
                ? new KeyRequest.Delete(address(key), asked(w), pinned ? null : seen, requestId)
                : new KeyRequest.Put(
                        address(key), asked(w), seen, Bytes.ofUtf8(Integer.toString(operation)), "t", requestId);
        attempt(new Attempt(operation, key, w, seen, request, explicit ? RETRIES : 0, true));
    }

    /**
     * One try of a write.
     *
     * @param clean whether no earlier try may have been applied
     */
    private record Attempt(
            int operation, String key, int w, CausalContext seen, KeyRequest request, int retries, boolean clean) {
        Attempt again() {
            return new Attempt(operation, key, w, seen, request, retries - 1, false);
        }
    }

    private void attempt(Attempt attempt) {
        report.operation();
        SimNode node = anyNode();
        Once unknown = new Once(() -> retryOrGo(attempt));
        world.waitedFor(attempt.operation(), world.now() + TIMEOUT);
        boolean sent = node.request(attempt.request(), TIMEOUT, reply -> {
            world.note("write #" + attempt.operation() + " of " + attempt.key() + " w=" + attempt.w() + " at " + node.id
                    + ": " + Describe.reply(reply));
            if (reply instanceof KeyReply.WriteDone done) {
                acknowledged(attempt, done);
                unknown.replace(this::pause);
            } else if (reply instanceof KeyReply.Refused refused && refused.outcome() == Outcome.NOT_APPLIED) {
                // A refusal that comes after the client has tried again says nothing about that other try.
                if (attempt.clean() && !unknown.isDone() && attempt.request() instanceof KeyRequest.Put) {
                    world.oracle.notApplied(attempt.operation());
                }
                unknown.replace(this::pause);
            }
            unknown.run();
        });
        if (!sent) {
            unknown.replace(this::pause);
        }
        world.agenda().after(sent ? 3 * TIMEOUT / 2 : 1_000_000, unknown);
    }

    private void retryOrGo(Attempt attempt) {
        if (attempt.retries() > 0) {
            attempt(attempt.again());
        } else {
            pause();
        }
    }

    private void acknowledged(Attempt attempt, KeyReply.WriteDone done) {
        report.acknowledged(done.reached());
        CausalContext answer = done.context();
        // What stands in for a home promises nothing to those who read from homes.
        int homes = world.sloppy ? Math.min(attempt.w(), done.reached().homes()) : attempt.w();
        if (attempt.request() instanceof KeyRequest.Put) {
            world.oracle.acknowledged(attempt.operation(), attempt.key(), attempt.seen(), answer, homes, world.now());
        } else {
            world.oracle.deleteAcknowledged(attempt.key(), answer, homes, world.now());
        }
        durable(attempt, answer);
        if (bug == PlantedBug.NEW_DOT_AS_VECTOR) {
            VersionVector vector = answer.vector();
            for (var dot : answer.dots()) {
                vector = vector.with(dot.actor(), dot.counter());
            }
            answer = CausalContext.of(vector);
        }
        remember(attempt.key(), answer);
    }

    /** As many homes as the level says have the write on disk at the moment of its acknowledgement. */
    private void durable(Attempt attempt, CausalContext answer) {
        for (WriteRecord record : world.oracle.writesOf(attempt.key())) {
            // Others may be acknowledged at this very moment too, by way of a node that has just woken.
            boolean own = attempt.request() instanceof KeyRequest.Put
                    ? record.isOf(attempt.operation())
                    : record.isAnsweredBy(answer);
            if (!own || !record.isAcknowledgedNow(world.now()) || !answer.covers(record.dot())) {
                continue;
            }
            long holders = world.homes(attempt.key()).stream()
                    .filter(home ->
                            world.hasApplied(home, world.record(attempt.key()).set(), record.dot()))
                    .count();
            holders += world.nodes().stream()
                    .filter(node -> !world.homes(attempt.key()).contains(node) && node.disk.keeps(record.dot()))
                    .count();
            if (holders < attempt.w()) {
                throw new Violation(
                        "acknowledged means durable",
                        record + " is on " + holders + " disks, acknowledged at w=" + attempt.w());
            }
        }
    }

    /** Runs one of its actions, once. */
    private static final class Once implements Runnable {
        private Runnable action;
        private boolean done;

        private Once(Runnable action) {
            this.action = action;
        }

        private boolean isDone() {
            return done;
        }

        private void replace(Runnable other) {
            action = other;
        }

        @Override
        public void run() {
            if (!done) {
                done = true;
                action.run();
            }
        }
    }
}
