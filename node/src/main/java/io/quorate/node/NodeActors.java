package io.quorate.node;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.quorate.node.actor.ControlActor;
import io.quorate.node.actor.ControlMessage;
import io.quorate.node.actor.GroupTable;
import io.quorate.node.actor.NodeView;
import io.quorate.node.actor.PeerQuarantine;
import io.quorate.node.actor.ShardActor;
import io.quorate.node.actor.ShardInlet;
import io.quorate.node.actor.ShardMessage;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry;
import io.quorate.node.protocol.liveness.Disks;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.pace.Transits;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.shard.Figures;
import io.quorate.node.protocol.shard.Health;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.protocol.shard.Surroundings;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.serial.KryoTypes;
import io.quorate.node.serial.Stamps;
import io.quorate.node.storage.DiskStateCodec;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.node.transport.tcp.TcpTransport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionRules;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;

/** The actors of one node: the data plane's and the one that knows the others and the buckets. */
final class NodeActors {
    private static final String BUCKETS = "buckets";
    private static final String DISKS = "disks";
    private static final int ACTORS = 3;

    private final NodeConfig config;
    private final RingState ring;
    private final RocksColumns columns;
    private final LongSupplier island;
    private final LongSupplier nanoClock;
    private final NodeMetrics metrics;
    private final Consumer<String> ended;
    private final ShardInlet inlet = new ShardInlet();
    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicReference<Figures> figures = new AtomicReference<>(Figures.NONE);
    private final AtomicReference<Health> health;
    private final Disks disks;
    private final AtomicLong standIn = new AtomicLong(-1);
    private final CountDownLatch left = new CountDownLatch(ACTORS);
    private final BucketRegistry registry;
    private final long startedAt;
    private final boolean restarted;
    private final ActorRef<Received> shard;
    private final ActorRef<Received> control;
    private final NodeGroups groups;
    private volatile NodeView view;

    /**
     * Starts them.
     *
     * @param whole whether the disk is proved to hold all that was ever on it
     * @param keepsActors see {@link Surroundings}
     * @param ended told which actor has ended, for whatever reason; on that actor's thread
     * @throws StartException if the bucket definitions or what is kept of disks cannot be read
     */
    NodeActors(
            NodeConfig config,
            RingState ring,
            RocksColumns columns,
            RocksPartitionStore store,
            boolean whole,
            boolean keepsActors,
            ActorSystem<?> system,
            NodeLinks links,
            LongSupplier island,
            LongSupplier nanoClock,
            NodeMetrics metrics,
            Consumer<String> ended) {
        this.config = config;
        this.ring = ring;
        this.columns = columns;
        this.island = island;
        this.nanoClock = nanoClock;
        this.metrics = metrics;
        this.ended = ended;
        this.startedAt = nanoClock.getAsLong();
        byte[] known = columns.getMeta(BUCKETS);
        this.restarted = known != null;
        this.registry = registry(config, known);
        columns.putMeta(BUCKETS, KryoTypes.encodeBuckets(registry.all()).toByteArray());
        this.disks = new Disks(
                config.membership().ids(),
                config.node(),
                openedDisk(columns, whole),
                2 * config.tuning().liveness().suspectNanos(),
                2 * config.tuning().liveness().suspectNanos(),
                Wiring.incarnations(),
                state -> columns.putMeta(DISKS, DiskStateCodec.encode(state)));
        byte[] state = DiskStateCodec.encode(disks.state());
        if (!Arrays.equals(state, columns.getMeta(DISKS))) {
            columns.putMeta(DISKS, state);
        }
        boolean nothingToMiss = store.replicaSets().isEmpty() && !disks.losses().unsure();
        this.health = new AtomicReference<>(nothingToMiss ? Health.GOOD : Health.UNKNOWN);
        // The control actor publishes the same, but only after the node has begun to serve.
        this.view = NodeView.of(registry.all(), ImmutableMap.of(), disks.losses());
        Stamps stamps = new Stamps((int) Wiring.messageIds().getAsLong(), nanoClock, new Transits(Transits.DRIFT_PPM));
        Transport transport = links.over(system);
        PeerQuarantine.Listener errors = new DecodeErrors(config.node(), metrics);
        store.listen(inlet::add);
        // Read here: once the actors run, what is known of disks belongs to one of them.
        Losses losses = disks.losses();
        this.shard = startShard(system, store, keepsActors, losses, transport, stamps, errors);
        this.groups = new NodeGroups(
                config,
                ring,
                columns,
                !disks.state().peers().isEmpty(),
                store,
                system,
                transport,
                stamps,
                errors,
                nanoClock,
                metrics,
                () -> end("groups"));
        this.control = startControl(system, transport, stamps, errors);
        links.start(
                new DataFrames(),
                (from, frame) -> control.tell(new Frame(from, Bytes.wrap(frame))),
                (from, frame) -> groups.table().take(new Frame(from, Bytes.wrap(frame))),
                peer -> control.tell(new ControlMessage.Unreachable(peer)));
    }

    /** Hands the data lane's frames to the shard, which is woken once for all that came in together. */
    private final class DataFrames implements TcpTransport.Receiver {
        @Override
        public void take(NodeId from, byte[] frame) {
            if (!inlet.add(new Frame(from, Bytes.wrap(frame)))) {
                metrics.count("quorate.link.overflow", "peer", from.value());
            }
        }

        @Override
        public void paused() {
            inlet.framesCame();
        }
    }

    private static BucketRegistry registry(NodeConfig config, byte @Nullable [] known) {
        BucketRegistry registry = new BucketRegistry(config.node());
        if (known != null) {
            registry.merge(decoded(config, known));
        }
        LongSupplier wall = Wiring.wallMillis();
        config.buckets().forEach(bucket -> registry.define(bucket, wall.getAsLong()));
        return registry;
    }

    private static ImmutableList<BucketEntry> decoded(NodeConfig config, byte[] known) {
        try {
            return KryoTypes.decodeBuckets(Bytes.wrap(known));
        } catch (DecodeException e) {
            throw new StartException(
                    "the bucket definitions in " + config.data() + " are damaged (" + e.getMessage()
                            + "); start this node with an empty data directory, or put back a copy of this one",
                    e);
        }
    }

    /** Forwarded requests come on top of the clients'. */
    private ShardSettings shardSettings() {
        ShardSettings usual = ShardSettings.DEFAULT;
        return new ShardSettings(
                usual.resendNanos(),
                (int) Math.max(
                        usual.inFlightMax(),
                        Math.min(Integer.MAX_VALUE, 2L * config.limits().requestsInFlight())),
                usual.behindMaxNanos(),
                config.tuning().pace(),
                config.tuning().maxDriftMillis(),
                config.tuning().exchange(),
                config.tuning().hints(),
                ShardSettings.REQUEST_MAX_NANOS);
    }

    private ActorRef<Received> startShard(
            ActorSystem<?> system,
            RocksPartitionStore store,
            boolean keepsActors,
            Losses losses,
            Transport transport,
            Stamps stamps,
            PeerQuarantine.Listener errors) {
        return system.systemActorOf(
                ShardActor.create(
                        output -> new Shard(
                                new Surroundings(
                                        config.node(),
                                        store,
                                        VersionRules.STANDARD,
                                        keepsActors,
                                        losses,
                                        Wiring.incarnations(),
                                        Wiring.wallMillis(),
                                        output),
                                ring,
                                shardSettings(),
                                nanoClock.getAsLong()),
                        new ShardActor.Surroundings(
                                config.node(),
                                transport,
                                inlet,
                                nanoClock,
                                Wiring.messageIds(),
                                stamps,
                                inFlight,
                                standIn,
                                health,
                                figures,
                                errors,
                                this::count,
                                () -> end("data"))),
                Transport.actorName(config.node(), Transport.Lane.DATA),
                DispatcherSelector.fromConfig("quorate.shard-dispatcher")
                        .withMailboxFromConfig("quorate.shard-mailbox"));
    }

    private ActorRef<Received> startControl(
            ActorSystem<?> system, Transport transport, Stamps stamps, PeerQuarantine.Listener errors) {
        Liveness liveness = new Liveness(
                config.node(),
                config.membership().ids(),
                Wiring.messageIds().getAsLong(),
                config.tuning().liveness());
        return system.systemActorOf(
                ControlActor.create(
                        new ControlActor.Surroundings(
                                config.node(),
                                ring.epoch(),
                                transport,
                                nanoClock,
                                Wiring.wallMillis(),
                                stamps,
                                this::standInMillis,
                                island,
                                this::health,
                                entries -> columns.putMeta(
                                        BUCKETS,
                                        KryoTypes.encodeBuckets(entries).toByteArray()),
                                this::publish,
                                errors,
                                () -> end("control")),
                        liveness,
                        registry,
                        disks),
                Transport.actorName(config.node(), Transport.Lane.CONTROL),
                DispatcherSelector.fromConfig("quorate.control-dispatcher"));
    }

    /** A node that was started again may have stood in for another in its last run. */
    private long standInMillis() {
        long known = standIn.get();
        return known < 0 && restarted ? (nanoClock.getAsLong() - startedAt) / 1_000_000 : known;
    }

    private void publish(NodeView next) {
        view = next;
        ImmutableMap.Builder<String, Integer> deleted = ImmutableMap.builder();
        next.buckets().values().forEach(entry -> deleted.put(entry.name(), lastGone(entry)));
        ImmutableMap<String, Integer> gone = deleted.build();
        groups.consider(next);
        groups.table().bucketsGone(gone);
        ImmutableSet<Integer> replicaCounts = next.buckets().values().stream()
                .filter(entry -> !entry.deleted() && !entry.definition().isLed())
                .map(entry -> entry.definition().n())
                .collect(ImmutableSet.toImmutableSet());
        inlet.add(new ShardMessage.News(next.up(), gone, next.losses(), replicaCounts));
    }

    private static int lastGone(BucketEntry entry) {
        return entry.deleted() ? entry.generation() : entry.generation() - 1;
    }

    private void count(Shard.Event event) {
        switch (event) {
            case REPAIRED_LATER -> metrics.count("quorate.reads.repaired", "how", "async");
            case HEALED -> metrics.count("quorate.reads.repaired", "how", "healed");
            case STALE_SEEN_LATE -> metrics.count("quorate.stale.replies", "seen", "late");
            case LATE_DROPPED -> metrics.count("quorate.refusals", "cause", "late");
            case HEDGE_WON -> metrics.count("quorate.hedges", "result", "won");
            case HEDGE_LOST -> metrics.count("quorate.hedges", "result", "lost");
            case HEDGE_DENIED -> metrics.count("quorate.hedges", "result", "denied");
            case FORWARD_REFUSED -> metrics.count("quorate.refusals", "cause", "forward");
            case STALLED_HOME -> metrics.count("quorate.refusals", "cause", "stalled-home");
            case HINT_DROPPED -> metrics.count("quorate.hints", "event", "dropped");
            case GAPS_CLOSED -> metrics.count("quorate.anti.entropy.gaps", "event", "closed");
            case TREE_ALARM -> metrics.count("quorate.anti.entropy.alarms", "cause", "tree");
        }
    }

    private void end(String actor) {
        left.countDown();
        ended.accept(actor);
    }

    /** Takes a client's request to the data plane. */
    void submit(KeyRequest request, long timeoutNanos, LongPredicate takenUp, Consumer<KeyReply> reply) {
        inlet.add(new ShardMessage.Submit(request, nanoClock.getAsLong(), timeoutNanos, takenUp, reply));
    }

    private static Disks.State openedDisk(RocksColumns columns, boolean whole) {
        byte[] found = columns.getMeta(DISKS);
        try {
            Disks.State state = found == null ? null : DiskStateCodec.decode(found);
            return Disks.State.opened(state, whole, Wiring.incarnations());
        } catch (CorruptRecordException e) {
            throw new StartException(
                    "the data directory is damaged (" + e.getMessage()
                            + "); start this node with an empty one, and it fetches everything from the others",
                    e);
        }
    }

    /** How this node stands beside the others. */
    Health health() {
        Health last = health.get();
        return last == null ? Health.UNKNOWN : last;
    }

    NodeView view() {
        return view;
    }

    Figures figures() {
        Figures last = figures.get();
        return last == null ? Figures.NONE : last;
    }

    long inFlight() {
        return inFlight.get();
    }

    ActorRef<Received> control() {
        return control;
    }

    ActorRef<Received> shard() {
        return shard;
    }

    /** Whether one of them has ended. */
    boolean anyEnded() {
        return left.getCount() < ACTORS;
    }

    /** Has them end; the others are told only if this is an orderly end. */
    void stop(boolean sayBye) {
        control.tell(new ControlMessage.Leave(sayBye));
        inlet.stop();
        groups.stop();
    }

    /** The groups of leader buckets. */
    GroupTable groups() {
        return groups.table();
    }

    /** Whether the groups that this node needs have begun. */
    boolean groupsAreReady() {
        return groups.isReady();
    }

    /** Waits until none of them uses the store any more; false if that takes too long. */
    boolean awaitEnd(long nanos) {
        boolean interrupted = false;
        long until = nanoClock.getAsLong() + nanos;
        try {
            while (true) {
                try {
                    return left.await(Math.max(0, until - nanoClock.getAsLong()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
