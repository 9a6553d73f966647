package io.quorate.node;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.actor.ControlActor;
import io.quorate.node.actor.ControlMessage;
import io.quorate.node.actor.NodeView;
import io.quorate.node.actor.PeerQuarantine;
import io.quorate.node.actor.ShardActor;
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
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionRules;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one running node, put together and taken apart in order. */
final class NodeParts {
    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);
    private static final long DRAIN_NANOS = 3_000_000_000L;

    private final NodeConfig config;
    private final RingState ring;
    private final HttpServer http;
    private final DataDirectory directory;
    private final RocksColumns columns;
    private final RocksPartitionStore store;
    private final NodeMetrics metrics;
    private final ActorSystem<?> system;
    private final boolean ownSystem;
    private final ActorRef<Received> shard;
    private final ActorRef<Received> control;
    private final Door door;
    private final Executor callbacks;
    private final LongSupplier nanoClock = Wiring.nanoClock();
    private final long startedAt = nanoClock.getAsLong();
    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicLong standIn = new AtomicLong(-1);
    private final AtomicBoolean over = new AtomicBoolean();
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
                            config.cluster(), config.node().value(), config.partitions(), config.replicas()),
                    config.sync());
            columns = RocksColumns.open(directory.database(), config.sync());
            ActorSystem<?> system = extras.system();
            if (system == null) {
                made = Systems.start(Systems.nameOf(config.cluster()), config.self());
                system = made;
            }
            NodeParts parts = new NodeParts(config, ring, http, directory, columns, system, made != null, extras);
            parts.begin(extras.control());
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
            if (e instanceof DataDirectory.UnusableException || e instanceof StorageException) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
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
        ShardActor.Completions completions = new ShardActor.Completions();
        store.listen(completions::add);
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
                                completions,
                                nanoClock,
                                Wiring.messageIds(),
                                inFlight,
                                standIn,
                                errors)),
                Transport.actorName(config.node(), Transport.Lane.DATA),
                DispatcherSelector.fromConfig("quorate.shard-dispatcher")
                        .withMailboxFromConfig("quorate.shard-mailbox"));
    }

    private ActorRef<Received> startControl(
            Transport transport, PeerQuarantine.Listener errors, byte @Nullable [] known) {
        BucketRegistry registry = new BucketRegistry(config.node());
        if (known != null) {
            registry.merge(KryoTypes.decodeBuckets(Bytes.wrap(known)));
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
                                errors),
                        liveness,
                        registry),
                Transport.actorName(config.node(), Transport.Lane.CONTROL),
                DispatcherSelector.fromConfig("quorate.control-dispatcher"));
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
        shard.tell(new ShardMessage.BucketsGone(gone.build()));
        shard.tell(new ShardMessage.Peers(next.up()));
    }

    private static int lastGone(BucketEntry entry) {
        return entry.deleted() ? entry.generation() : entry.generation() - 1;
    }

    private void submit(
            io.quorate.node.protocol.request.KeyRequest request,
            long timeoutNanos,
            java.util.function.Consumer<io.quorate.node.protocol.request.KeyReply> reply) {
        shard.tell(new ShardMessage.Submit(request, nanoClock.getAsLong(), timeoutNanos, reply));
    }

    private void begin(@Nullable FaultControl control) {
        metrics.gauge("quorate.requests.in.flight", "Requests of clients and peers in flight", inFlight::get);
        metrics.gauge(
                "quorate.peers.up",
                "Peers this node can talk to",
                () -> view.up().size());
        metrics.gauge("quorate.epoch", "Epoch of the ring", ring::epoch);
        metrics.gauge("quorate.storage.bytes", "Bytes of tables and memtables", columns::diskBytes);
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
        FaultControl faults = control;
        http.start(config, ring, () -> view, door, new NodeBackend(this), config.faults() ? faults : null);
        state = "serving";
        LOG.info(
                "{}: serving at {}, data in {}, {} partitions, {} replicas",
                config.node(),
                config.self().http(),
                config.data(),
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
        Wiring.await(() -> door.inFlight() == 0, DRAIN_NANOS);
        control.tell(new ControlMessage.Leave(true));
        shard.tell(ShardMessage.Signal.STOP);
        http.close();
        endSystem();
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
        shard.tell(ShardMessage.Signal.STOP);
        http.close();
        endSystem();
        store.drop();
        directory.close();
        metrics.close();
        LOG.info("{}: killed", config.node());
    }

    private void endSystem() {
        if (ownSystem) {
            system.terminate();
            try {
                scala.concurrent.Await.ready(
                        system.whenTerminated(), scala.concurrent.duration.Duration.fromNanos(DRAIN_NANOS));
            } catch (java.util.concurrent.TimeoutException e) {
                LOG.warn("{}: the actor system did not end in time", config.node());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else {
            awaitStopped(shard);
            awaitStopped(control);
        }
    }

    private void awaitStopped(ActorRef<Received> actor) {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        system.systemActorOf(
                org.apache.pekko.actor.typed.javadsl.Behaviors.setup(context -> {
                    context.watch(actor);
                    return org.apache.pekko.actor.typed.javadsl.Behaviors.receive(Object.class)
                            .onSignal(org.apache.pekko.actor.typed.Terminated.class, signal -> {
                                stopped.complete(null);
                                return org.apache.pekko.actor.typed.javadsl.Behaviors.stopped();
                            })
                            .build();
                }),
                "quorate-watch-" + Long.toHexString(Wiring.messageIds().getAsLong()),
                org.apache.pekko.actor.typed.Props.empty());
        stopped.orTimeout(DRAIN_NANOS, java.util.concurrent.TimeUnit.NANOSECONDS)
                .exceptionally(late -> null)
                .join();
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
        return new NodeTransport(new NodeTransport.Node(
                id(), ring, door, new NodeBackend(this), this::view, this::state, callbacks, nanoClock));
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
