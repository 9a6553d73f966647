package io.quorate.node;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.quorate.node.actor.ControlActor;
import io.quorate.node.actor.ControlMessage;
import io.quorate.node.actor.NodeView;
import io.quorate.node.actor.PeerQuarantine;
import io.quorate.node.actor.ShardActor;
import io.quorate.node.actor.ShardInlet;
import io.quorate.node.actor.ShardMessage;
import io.quorate.node.actor.Systems;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.door.Door;
import io.quorate.node.embedded.NodeTransport;
import io.quorate.node.http.FaultControl;
import io.quorate.node.http.HttpServer;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.serial.KryoTypes;
import io.quorate.node.storage.DataDirectory;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.ArteryTransport;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one running node, put together and taken apart in order. */
final class NodeParts {
    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);
    /** An orderly end takes five seconds at most: for what is in flight, for the actors, for their system. */
    private static final long DRAIN_NANOS = 2_000_000_000L;

    private static final long END_NANOS = 1_300_000_000L;

    private final NodeConfig config;
    private final RingState ring;
    private final HttpServer http;
    private final DataDirectory directory;
    private final RocksColumns columns;
    private final RocksPartitionStore store;
    private final NodeMetrics metrics;
    private final ActorSystem<?> system;
    private final boolean ownSystem;
    private final ShardInlet inlet = new ShardInlet();
    private final ActorRef<Received> shard;
    private final ActorRef<Received> control;
    private final Door door;
    private final NodeBackend backend = new NodeBackend(this);
    private final Executor callbacks;
    private final LongSupplier nanoClock = Wiring.nanoClock();
    private final long startedAt = nanoClock.getAsLong();
    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicLong standIn = new AtomicLong(-1);
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch actorsLeft = new CountDownLatch(2);
    private final boolean restarted;
    private volatile NodeView view = NodeView.EMPTY;
    private volatile String state = "starting";

    static NodeParts assemble(NodeConfig config, RingState ring, HttpServer http, EmbeddedNode.Extras extras) {
        DataDirectory directory = null;
        RocksColumns columns = null;
        ActorSystem<?> made = null;
        try {
            directory = DataDirectory.open(
                    config.data(),
                    new DataDirectory.Identity(
                            config.cluster(),
                            config.node().value(),
                            config.partitions(),
                            config.replicas(),
                            describe(config.membership())),
                    config.sync());
            columns = RocksColumns.open(directory.database(), config.sync());
            matchRun(directory, columns);
            ActorSystem<?> system = extras.system();
            if (system == null) {
                made = Systems.start(Systems.nameOf(config.cluster()), config.self());
                system = made;
            }
            NodeParts parts = new NodeParts(config, ring, http, directory, columns, system, made != null, extras);
            FaultControl given = extras.control();
            parts.begin(
                    given != null
                            ? given
                            : new LinkFaults(
                                    extras.faults(), config.membership().ids()));
            return parts;
        } catch (RuntimeException e) {
            if (made != null) {
                made.terminate();
            }
            if (columns != null) {
                columns.close();
            }
            if (directory != null) {
                directory.close();
            }
            http.close();
            if (e instanceof DataDirectory.UnusableException
                    || e instanceof StorageException
                    || e instanceof HttpServer.BindException
                    || e instanceof org.apache.pekko.remote.RemoteTransportException) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    private static String describe(Membership membership) {
        return membership.members().stream()
                .map(member -> member.id() + "@" + member.dc() + "/" + member.zone())
                .collect(Collectors.joining(" "));
    }

    private static void matchRun(DataDirectory directory, RocksColumns columns) {
        byte[] run = columns.getMeta("run");
        directory.matchRun(run == null ? "0" : new String(run, StandardCharsets.US_ASCII));
        columns.putMeta("run", directory.run().getBytes(StandardCharsets.US_ASCII));
    }

    private NodeParts(
            NodeConfig config,
            RingState ring,
            HttpServer http,
            DataDirectory directory,
            RocksColumns columns,
            ActorSystem<?> system,
            boolean ownSystem,
            EmbeddedNode.Extras extras) {
        this.config = config;
        this.ring = ring;
        this.http = http;
        this.directory = directory;
        this.columns = columns;
        this.system = system;
        this.ownSystem = ownSystem;
        NodeId id = config.node();
        this.metrics = new NodeMetrics(id.value());
        this.callbacks = Wiring.callbacks("calls-" + id);
        this.store = new RocksPartitionStore(
                columns, ring.partitions(), Wiring.threads("store-" + id), nanoClock, metrics::groupCommit);
        byte[] known = columns.getMeta("buckets");
        this.restarted = known != null;
        Transport transport = new ArteryTransport(system, id, config.membership(), extras.faults());
        PeerQuarantine.Listener errors = new DecodeErrors(id, metrics);
        this.shard = startShard(transport, errors);
        this.control = startControl(transport, errors, known);
        this.door = new Door(ring, () -> view, this::submit, config.limits(), nanoClock, Wiring.messageIds(), metrics);
    }

    private ActorRef<Received> startShard(Transport transport, PeerQuarantine.Listener errors) {
        store.listen(inlet::add);
        return system.systemActorOf(
                ShardActor.create(
                        output -> new Shard(
                                new Shard.Surroundings(
                                        config.node(),
                                        store,
                                        VersionRules.STANDARD,
                                        directory.keepsActors(),
                                        Wiring.incarnations(),
                                        Wiring.wallMillis(),
                                        output),
                                ring,
                                Shard.Settings.DEFAULT),
                        new ShardActor.Surroundings(
                                config.node(),
                                transport,
                                inlet,
                                nanoClock,
                                Wiring.messageIds(),
                                inFlight,
                                standIn,
                                errors,
                                this::count,
                                () -> partEnded("data"))),
                Transport.actorName(config.node(), Transport.Lane.DATA),
                DispatcherSelector.fromConfig("quorate.shard-dispatcher")
                        .withMailboxFromConfig("quorate.shard-mailbox"));
    }

    private ActorRef<Received> startControl(
            Transport transport, PeerQuarantine.Listener errors, byte @Nullable [] known) {
        BucketRegistry registry = new BucketRegistry(config.node());
        if (known != null) {
            registry.merge(decoded(known));
        }
        LongSupplier wall = Wiring.wallMillis();
        config.buckets().forEach(bucket -> registry.define(bucket, wall.getAsLong()));
        columns.putMeta("buckets", KryoTypes.encodeBuckets(registry.all()).toByteArray());
        // The actor publishes the same, but only after the node has begun to serve.
        view = NodeView.of(registry.all(), ImmutableMap.of());
        Liveness liveness = new Liveness(
                config.node(), config.membership().ids(), Wiring.messageIds().getAsLong(), Liveness.Settings.DEFAULT);
        return system.systemActorOf(
                ControlActor.create(
                        new ControlActor.Surroundings(
                                config.node(),
                                ring.epoch(),
                                transport,
                                nanoClock,
                                wall,
                                this::standInMillis,
                                entries -> columns.putMeta(
                                        "buckets",
                                        KryoTypes.encodeBuckets(entries).toByteArray()),
                                this::publish,
                                errors,
                                () -> partEnded("control")),
                        liveness,
                        registry),
                Transport.actorName(config.node(), Transport.Lane.CONTROL),
                DispatcherSelector.fromConfig("quorate.control-dispatcher"));
    }

    private ImmutableList<BucketEntry> decoded(byte[] known) {
        try {
            return KryoTypes.decodeBuckets(Bytes.wrap(known));
        } catch (DecodeException e) {
            throw new StartException(
                    "the bucket definitions in " + config.data() + " are damaged (" + e.getMessage()
                            + "); start this node with an empty data directory, or put back a copy of this one",
                    e);
        }
    }

    /** A node that was started again may have stood in for another in its last run. */
    private long standInMillis() {
        long known = standIn.get();
        return known < 0 && restarted ? uptimeNanos() / 1_000_000 : known;
    }

    private void publish(NodeView next) {
        view = next;
        ImmutableMap.Builder<String, Integer> gone = ImmutableMap.builder();
        next.buckets().values().forEach(entry -> gone.put(entry.name(), lastGone(entry)));
        inlet.add(new ShardMessage.News(next.up(), gone.build()));
    }

    private static int lastGone(BucketEntry entry) {
        return entry.deleted() ? entry.generation() : entry.generation() - 1;
    }

    private void submit(
            io.quorate.node.protocol.request.KeyRequest request,
            long timeoutNanos,
            java.util.function.Consumer<io.quorate.node.protocol.request.KeyReply> reply) {
        inlet.add(new ShardMessage.Submit(request, nanoClock.getAsLong(), timeoutNanos, reply));
    }

    private void count(Shard.Event event) {
        switch (event) {
            case REPAIRED_LATER -> metrics.count("quorate.reads.repaired", "how", "async");
            case HEALED -> metrics.count("quorate.reads.repaired", "how", "healed");
            case STALE_SEEN_LATE -> metrics.count("quorate.stale.replies", "seen", "late");
        }
    }

    /** An actor of this node has ended though nobody stopped the node: a fault of this program, or of its disk. */
    private void partEnded(String part) {
        actorsLeft.countDown();
        if (!over.get()) {
            state = "failed";
            door.close();
            LOG.error(
                    "{}: its {} actor ended by the error above; the node serves nothing any more until it is started"
                            + " again. What was acknowledged is on disk",
                    config.node(),
                    part);
        }
    }

    private void begin(FaultControl control) {
        metrics.countsFromZero();
        metrics.gauge("quorate.requests.in.flight", "Requests of clients and peers in flight", inFlight::get);
        metrics.gauge(
                "quorate.peers.up",
                "Peers this node can talk to",
                () -> view.up().size());
        metrics.gauge("quorate.epoch", "Epoch of the ring", ring::epoch);
        metrics.gauge("quorate.storage.bytes", "Bytes of tables and memtables", this::storageBytes);
        if (ownSystem) {
            Systems.joinCluster(system, config.membership());
        }
        if (config.sync() != SyncMode.GROUP) {
            LOG.warn(
                    "{}: storage.sync = {}: a power failure can lose {}",
                    config.node(),
                    config.sync().text(),
                    config.sync() == SyncMode.INTERVAL
                            ? "the last second of acknowledged writes"
                            : "acknowledged writes that the operating system has not written yet");
        }
        if (!directory.keepsActors()) {
            LOG.warn(
                    "{}: this disk cannot prove that it holds everything it once issued; its replicas take new"
                            + " incarnations",
                    config.node());
        }
        http.start(config, ring, () -> view, door, backend, config.faults() ? control : null);
        state = "serving";
        LOG.info(
                "{}: serving at {}, {} partitions, {} replicas",
                config.node(),
                config.self().http(),
                config.partitions(),
                config.replicas());
    }

    void stop() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        state = "leaving";
        door.close();
        http.stopAccepting();
        Wiring.await(() -> door.inFlight() == 0 && http.open() == 0, DRAIN_NANOS);
        control.tell(new ControlMessage.Leave(true));
        inlet.stop();
        http.close();
        if (!endActors()) {
            // The engine is native: to close it under an actor that still reads would end the whole process.
            LOG.error(
                    "{}: an actor did not end in time; the database stays open until this process ends", config.node());
            metrics.close();
            return;
        }
        store.close();
        if (store.failed()) {
            directory.close();
        } else {
            directory.closeClean();
        }
        metrics.close();
        LOG.info("{}: stopped", config.node());
    }

    void kill() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        state = "leaving";
        door.close();
        control.tell(new ControlMessage.Leave(false));
        inlet.stop();
        http.close();
        if (!endActors()) {
            LOG.error(
                    "{}: an actor did not end in time; the database stays open until this process ends", config.node());
            metrics.close();
            return;
        }
        store.drop();
        directory.close();
        metrics.close();
        LOG.info("{}: killed", config.node());
    }

    /** Waits until nothing uses the store any more; false if that takes too long. */
    private boolean endActors() {
        boolean ended = Wiring.await(() -> actorsLeft.getCount() == 0, END_NANOS);
        if (ownSystem) {
            system.terminate();
            try {
                scala.concurrent.Await.ready(
                        system.whenTerminated(), scala.concurrent.duration.Duration.fromNanos(END_NANOS));
            } catch (java.util.concurrent.TimeoutException e) {
                LOG.warn("{}: the actor system did not end in time", config.node());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return ended;
    }

    NodeId id() {
        return config.node();
    }

    NodeConfig config() {
        return config;
    }

    RingState ring() {
        return ring;
    }

    NodeView view() {
        return view;
    }

    String state() {
        return state;
    }

    Door door() {
        return door;
    }

    /** A way for clients in this JVM; any number of them share the node's threads. */
    NodeTransport transport() {
        return new NodeTransport(
                new NodeTransport.Node(id(), ring, door, backend, this::view, this::state, callbacks, nanoClock));
    }

    NodeMetrics metrics() {
        return metrics;
    }

    ActorRef<Received> control() {
        return control;
    }

    ActorRef<Received> shard() {
        return shard;
    }

    long storageBytes() {
        return over.get() ? 0 : columns.diskBytes();
    }

    long uptimeNanos() {
        return nanoClock.getAsLong() - startedAt;
    }

    Duration uptime() {
        return Duration.ofNanos(uptimeNanos());
    }

    Set<String> bucketNames() {
        Set<String> names = new TreeSet<>();
        view.buckets().forEach((name, entry) -> {
            if (!entry.deleted()) {
                names.add(name);
            }
        });
        return names;
    }
}
