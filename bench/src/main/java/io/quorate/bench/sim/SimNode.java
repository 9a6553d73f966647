package io.quorate.bench.sim;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.liveness.Disks;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.pace.FreezeWatch;
import io.quorate.node.protocol.pace.Transits;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.shard.Health;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.protocol.shard.Surroundings;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A node of the simulation: the same machines as a real one, hosted by the agenda. */
final class SimNode {
    private static final long TICK = 10_000_000L;
    /** The skewed clocks of a run differ by up to a ninth. */
    private static final int DRIFT_PPM = 120_000;

    private static final long SUSPECT = 600_000_000L;
    /** More than clients wait, by clocks that run a tenth too slow, and after pauses that nobody notices. */
    private static final long REQUEST_MAX = 5_000_000_000L;

    private static final KeyReply.Refused WOKEN = KeyReply.Refused.of(
            ErrorCode.UNAVAILABLE, Outcome.NOT_APPLIED, "this node has just woken from a pause; retry");

    final NodeId id;
    final SimDisk disk;
    private final Simulation world;
    private final RingState ring;
    private final VersionRules rules;
    private final List<Runnable> held = new ArrayList<>();
    private @Nullable Shard shard;
    private @Nullable Liveness liveness;
    private @Nullable Disks disks;
    private Losses losses = Losses.NONE;
    private int lossesBefore;
    private boolean whole = true;
    private Transits transits = new Transits(DRIFT_PPM);
    private FreezeWatch freezes = new FreezeWatch(0);
    private int boot;
    private boolean renewing;
    private boolean paused;
    private double rate = 1;
    private long clockErrorMillis;

    SimNode(NodeId id, SimDisk disk, Simulation world, RingState ring, VersionRules rules) {
        this.id = id;
        this.disk = disk;
        this.world = world;
        this.ring = ring;
        this.rules = rules;
    }

    boolean isUp() {
        return shard != null;
    }

    void skew(double clockRate) {
        rate = clockRate;
    }

    /** This node's monotonic clock, which may run fast or slow. */
    long now() {
        return (long) (world.now() * rate);
    }

    /** The number of this node's run. */
    int boot() {
        return boot;
    }

    /** Sets the wall clock wrong by so much. */
    void setClock(long errorMillis) {
        clockErrorMillis = errorMillis;
    }

    long clockErrorMillis() {
        return clockErrorMillis;
    }

    private long wallMillis() {
        return world.trueMillis() + clockErrorMillis;
    }

    void start() {
        start(true);
    }

    /**
     * Starts on whatever is on its disk; without proof that this is all that was ever there, as new actors. They need not
     * reach the disk before the next crash, so as long as no run has ended in order every start is such a one.
     */
    void start(boolean proved) {
        renewing |= !proved;
        boolean keepsActors = !renewing;
        boot++;
        int thisBoot = boot;
        transits = new Transits(DRIFT_PPM);
        freezes = new FreezeWatch(now());
        boolean empty = disk.known() == null;
        Disks known = new Disks(
                ring.membership().ids(),
                id,
                Disks.State.opened(disk.known(), proved, world.random.losses::nextLong),
                2 * SUSPECT,
                Long.MAX_VALUE,
                world.random.losses::nextLong,
                disk::keep);
        disk.keep(known.state());
        disks = known;
        losses = known.losses();
        Shard started = new Shard(
                new Surroundings(
                        id,
                        disk,
                        rules,
                        keepsActors,
                        losses,
                        incarnations(empty),
                        this::wallMillis,
                        new Shard.Output() {
                            @Override
                            public void send(NodeId to, PeerMessage.Data message) {
                                world.send(id, to, message);
                            }

                            @Override
                            public void corruption(String what) {
                                world.note(id + " finds damage");
                            }

                            @Override
                            public void closed(RetiredActor actor, PartitionClock known) {
                                world.closed(actor, known);
                            }
                        },
                        new BrokenExchange(world.bug()),
                        new BrokenExchange.Hints(world.bug())),
                ring,
                settings(),
                now());
        started.onLosses(losses, Set.of(world.n), now());
        shard = started;
        liveness = new Liveness(
                id, ring.membership().ids(), world.randomLong(), new Liveness.Settings(100_000_000L, SUSPECT));
        disk.listen(completion -> input(thisBoot, () -> onCompletion(completion)));
        world.note(id + (keepsActors ? " starts" : " starts anew"));
        tick(thisBoot);
    }

    /** The first number of a run is none of an actor. */
    private LongSupplier incarnations(boolean emptyDisk) {
        boolean[] first = {true};
        return () -> {
            boolean kept = world.bug() == PlantedBug.LOSS_ACTOR_KEPT && emptyDisk && !first[0];
            first[0] = false;
            return kept ? 1 : world.randomLong();
        };
    }

    private ShardSettings settings() {
        ShardSettings usual = ShardSettings.DEFAULT;
        return new ShardSettings(
                usual.resendNanos(),
                usual.inFlightMax(),
                usual.behindMaxNanos(),
                usual.pace(),
                usual.maxDriftMillis(),
                world.exchange,
                usual.hints(),
                REQUEST_MAX);
    }

    private void onCompletion(PartitionStore.Completion completion) {
        Shard running = shard;
        if (running != null) {
            running.onCompletion(completion, now());
        }
    }

    /** Dies: memory is gone, and what the disk had not synced. */
    void crash(boolean keepsLastBatch) {
        shard = null;
        liveness = null;
        boot++;
        paused = false;
        held.clear();
        disk.crash(keepsLastBatch);
        world.note(id + " crashes");
    }

    void pause() {
        paused = true;
        world.note(id + " freezes");
    }

    /** Wakes up and handles, late, what came in meanwhile. */
    void resume() {
        if (paused) {
            paused = false;
            world.note(id + " wakes");
            List<Runnable> late = List.copyOf(held);
            held.clear();
            late.forEach(Runnable::run);
        }
    }

    private void input(int forBoot, Runnable action) {
        if (forBoot != boot) {
            return;
        }
        if (paused) {
            held.add(() -> input(forBoot, action));
        } else {
            action.run();
        }
    }

    private void tick(int forBoot) {
        input(forBoot, () -> {
            Shard running = shard;
            Liveness alive = liveness;
            if (running == null || alive == null) {
                return;
            }
            freezes.tick(now());
            if (alive.tick(now(), own(running), (to, message) -> world.send(id, to, message))) {
                peersChanged(running, alive);
            }
            running.tick(now());
            followHealth(running);
            world.agenda().after(TICK, () -> tick(forBoot));
        });
    }

    private void followHealth(Shard running) {
        Disks known = disks;
        if (known == null) {
            return;
        }
        Health health = running.health();
        known.follow(health.recovered(), health.remembered(), now());
        tellLosses(running, known);
    }

    private void tellLosses(Shard running, Disks known) {
        if (!known.losses().equals(losses)) {
            losses = known.losses();
            world.note(id + " knows of losses: " + losses);
            running.onLosses(losses, Set.of(world.n), now());
        }
        whole |= losses.count() > lossesBefore && losses.recovered() == losses.count();
    }

    /** Its disk has just lost something. */
    void losesData() {
        Disks.State state = disk.known();
        lossesBefore = state == null ? 0 : state.losses();
        whole = false;
    }

    /** Whether it has got back whatever its disk lost. */
    boolean isWhole() {
        return whole;
    }

    /** Whether its disk is new and nobody has said yet whether it is the first. */
    boolean isUnsure() {
        return losses.unsure();
    }

    /** Whether some replica of it has lost data and not got it back. */
    boolean isLagging() {
        Shard running = shard;
        return running != null && running.health().lagging() > 0;
    }

    private Liveness.Own own(Shard running) {
        Disks known = disks;
        Health health = running.health();
        return new Liveness.Own(
                true,
                0,
                ring.epoch(),
                running.standInMillis(now()),
                0,
                wallMillis(),
                health.isCatchingUp(),
                new Liveness.Told() {
                    @Override
                    public PeerMessage.DiskWord disk(NodeId peer) {
                        return known == null ? PeerMessage.DiskWord.NONE : known.wordFor(peer);
                    }

                    @Override
                    public long owed(NodeId peer) {
                        return health.owed().getOrDefault(peer, 0L);
                    }
                });
    }

    private void peersChanged(Shard running, Liveness alive) {
        ImmutableMap<NodeId, Liveness.PeerInfo> up = alive.up();
        world.note(id + " sees " + up.keySet());
        running.onPeers(up, now());
    }

    /** A message arrives; lost if the node is down. */
    void deliver(NodeId from, PeerMessage message, SimNetwork.Stamp stamp) {
        if (!isUp()) {
            return;
        }
        input(boot, () -> {
            Shard running = shard;
            Liveness alive = liveness;
            if (running == null || alive == null) {
                return;
            }
            long known = transits.age(from, stamp.boot(), stamp.sentAt(), now());
            long age = world.bug() == PlantedBug.LATE_FORWARD_TAKEN ? 0 : known;
            boolean sure = transits.knows(from, stamp.boot());
            if (message instanceof PeerMessage.Data data) {
                running.onMessage(from, misread(data), age, sure, now());
            } else if (message instanceof PeerMessage.Ping ping) {
                Disks told = disks;
                if (told != null && world.bug() != PlantedBug.LOSS_UNNOTICED) {
                    told.heard(from, ping.disk(), now());
                    tellLosses(running, told);
                }
                if (alive.onPing(from, ping, age, now(), own(running), (to, answer) -> world.send(id, to, answer))) {
                    peersChanged(running, alive);
                }
            }
        });
    }

    private PeerMessage.Data misread(PeerMessage.Data data) {
        return world.bug() == PlantedBug.FAILURE_TAKEN_FOR_DONE && data instanceof PeerMessage.WriteAck ack
                ? new PeerMessage.WriteAck(ack.id(), ack.partition(), PeerMessage.Status.OK)
                : data;
    }

    /** A client's request; false if the node is down. */
    boolean request(KeyRequest request, long timeoutNanos, Consumer<KeyReply> reply) {
        if (!isUp()) {
            return false;
        }
        int thisBoot = boot;
        input(thisBoot, () -> {
            Shard running = shard;
            if (running != null && freezes.justWoken(now()) > 0) {
                // As the door of a real node does.
                reply.accept(WOKEN);
            } else if (running != null) {
                running.onRequest(
                        request,
                        timeoutNanos,
                        done -> {
                            if (thisBoot == boot) {
                                reply.accept(done);
                            }
                        },
                        now());
            }
        });
        return true;
    }

    /** As its operator may ask. */
    void compareAll() {
        Shard running = shard;
        if (running != null) {
            running.compareAll();
        }
    }

    @Nullable
    Shard shard() {
        return shard;
    }
}
