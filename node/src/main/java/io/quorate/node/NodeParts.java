package io.quorate.node;

import com.google.common.collect.Maps;
import io.quorate.node.actor.ClusterMember;
import io.quorate.node.actor.GroupTable;
import io.quorate.node.actor.NodeView;
import io.quorate.node.actor.Systems;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.config.Tuning;
import io.quorate.node.door.Door;
import io.quorate.node.door.QueueLimit;
import io.quorate.node.embedded.NodeTransport;
import io.quorate.node.http.FaultControl;
import io.quorate.node.http.HttpServer;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.pace.FreezeWatch;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.DataDirectory;
import io.quorate.node.storage.Disk;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.TcpTransport;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one running node, put together and taken apart in order. */
final class NodeParts {
    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);
    /** For the actors to end, and as long again for their system; before that an orderly end waits for requests. */
    private static final long END_NANOS = 1_300_000_000L;

    private final NodeConfig config;
    private final RingState ring;
    private final HttpServer http;
    private final DataDirectory directory;
    private final RocksColumns columns;
    private final RocksPartitionStore store;
    private final NodeMetrics metrics;
    private final NodeLinks links;
    private final ActorSystem<?> system;
    private final boolean ownSystem;
    private final @Nullable ClusterMember cluster;
    private final NodeActors actors;
    private final Door door;
    private final Wiring.Ticker freezeTicker;
    private final NodeBackend backend = new NodeBackend(this);
    private final Executor callbacks;
    private final LongSupplier nanoClock = Wiring.nanoClock();
    private final long startedAt = nanoClock.getAsLong();
    private final NodeLife life;

    static NodeParts assemble(NodeConfig config, RingState ring, HttpServer http, EmbeddedNode.Extras extras) {
        DataDirectory directory = null;
        RocksColumns columns = null;
        ActorSystem<?> made = null;
        NodeParts parts = null;
        NodeLinks links = null;
        NodeMetrics metrics = new NodeMetrics(config.node().value());
        try {
            links = NodeLinks.bind(config, extras.faults(), extras.names(), metrics);
            directory = DataDirectory.open(
                    config.data(),
                    new DataDirectory.Identity(
                            config.cluster(),
                            config.node().value(),
                            config.partitions(),
                            config.replicas(),
                            describe(config.membership())),
                    config.sync());
            Disk givenDisk = extras.disk();
            Disk disk = givenDisk != null ? givenDisk : Disk.of(directory.root());
            columns = RocksColumns.open(directory.database(), config.sync(), disk);
            matchRun(directory, columns);
            ActorSystem<?> system = extras.system();
            if (system == null) {
                made = config.links().carrier() == NodeConfig.Carrier.TCP
                        ? Systems.local(config.node())
                        : Systems.remote(Systems.nameOf(config.cluster()), config.self());
                system = made;
            }
            parts = new NodeParts(
                    config, ring, http, directory, columns, metrics, links, disk, system, made != null, extras);
            FaultControl given = extras.control();
            parts.begin(
                    given != null
                            ? given
                            : new LinkFaults(
                                    extras.faults(), config.membership().ids()));
            return parts;
        } catch (RuntimeException e) {
            if (parts != null) {
                parts.kill();
            } else {
                if (made != null) {
                    made.terminate();
                }
                if (columns != null) {
                    columns.close();
                }
                if (directory != null) {
                    directory.close();
                }
                if (links != null) {
                    links.close();
                }
                http.close();
                metrics.close();
            }
            if (e instanceof DataDirectory.UnusableException
                    || e instanceof StorageException
                    || e instanceof HttpServer.BindException
                    || e instanceof TcpTransport.BindException
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
            NodeMetrics metrics,
            NodeLinks links,
            Disk disk,
            ActorSystem<?> system,
            boolean ownSystem,
            EmbeddedNode.Extras extras) {
        this.config = config;
        this.ring = ring;
        this.http = http;
        this.directory = directory;
        this.columns = columns;
        this.metrics = metrics;
        this.links = links;
        this.system = system;
        this.ownSystem = ownSystem;
        this.cluster = ownSystem && config.links().carrier() == NodeConfig.Carrier.TCP ? clusterMember() : null;
        NodeId id = config.node();
        this.callbacks = Wiring.callbacks("calls-" + id);
        this.life = new NodeLife(id, extras.onFatal(), this::kill);
        Disk.Settings givenDisk = extras.diskSettings();
        this.store = new RocksPartitionStore(
                columns,
                ring.partitions(),
                Wiring.threads("store-" + id),
                nanoClock,
                new DiskEvents(id, metrics, life::diskFailed),
                disk,
                givenDisk != null ? givenDisk : config.tuning().disk(),
                config.tuning().recentRecordsBytes());
        this.actors = new NodeActors(
                config,
                ring,
                columns,
                store,
                directory.isWhole(),
                directory.keepsActors(),
                system,
                links,
                this::island,
                nanoClock,
                metrics,
                life::actorEnded);
        FreezeWatch freezes = new FreezeWatch(nanoClock.getAsLong());
        this.freezeTicker = Wiring.every("freeze-watch-" + id, 100, () -> freezes.tick(nanoClock.getAsLong()));
        Tuning.Queue queue = config.tuning().queue();
        this.door = new Door(
                ring,
                actors::view,
                actors::submit,
                actors.groups()::submit,
                config.limits(),
                new QueueLimit.Settings(
                        queue.min(), queue.max(), queue.waitNanos(), QueueLimit.Settings.DEFAULT.windowNanos()),
                nanoClock,
                Wiring.messageIds(),
                metrics,
                freezes);
    }

    private ClusterMember clusterMember() {
        return new ClusterMember(
                config.cluster(),
                config.self(),
                config.membership(),
                links::hostOf,
                () -> Maps.transformValues(view().up(), PeerInfo::island),
                nanoClock,
                Wiring.timer("cluster-" + config.node()));
    }

    /** Which cluster of actor systems this node belongs to; 0 for none. */
    private long island() {
        return cluster == null ? 0 : cluster.island();
    }

    /** The nodes that it hears of in the cluster of actor systems. */
    List<NodeId> clusterMembers() {
        return cluster == null ? List.of() : cluster.members();
    }

    void outOfMemory(String what) {
        life.outOfMemory(what);
    }

    private void begin(FaultControl control) {
        directory.lossIsKept();
        metrics.countsFromZero();
        metrics.gauge("quorate.requests.in.flight", "Requests of clients and peers in flight", actors::inFlight);
        metrics.gauge("quorate.admission.limit", "Requests that may wait for the data plane", door::waitingMax);
        metrics.gauge("quorate.admission.waiting", "Requests that wait for the data plane", door::waiting);
        metrics.gauge(
                "quorate.admission.requests",
                "Requests of clients that were let in and have no answer",
                door::inFlight);
        metrics.gauge("quorate.admission.bytes", "Bytes of their bodies", door::bytesInFlight);
        metrics.gauge(
                "quorate.peers.up",
                "Peers this node can talk to",
                () -> view().up().size());
        metrics.gauge(
                "quorate.link.data.sent.bytes",
                "Bytes of frames about keys, hints and comparisons that were sent to other nodes",
                () -> links.sentBytes(Lane.DATA));
        metrics.gauge(
                "quorate.link.control.sent.bytes",
                "Bytes of frames about the nodes themselves that were sent to other nodes",
                () -> links.sentBytes(Lane.CONTROL));
        metrics.gauge("quorate.epoch", "Epoch of the ring", ring::epoch);
        metrics.gauge("quorate.groups.led", "Groups that this node leads", groups()::leads);
        metrics.gauge(
                "quorate.groups.alarmed",
                "Groups whose replicas differ, as this node found, or whose state on its disk is damaged",
                groups()::alarmed);
        RepairGauges.register(metrics, actors);
        metrics.gauge("quorate.storage.bytes", "Bytes of tables and memtables", this::storageBytes);
        if (cluster != null) {
            cluster.start();
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
        http.start(config, ring, actors::view, door, backend, config.faults() ? control : null);
        life.begins(!actors.anyEnded());
        LOG.info(
                "{}: serving at {}, {} partitions, {} replicas",
                config.node(),
                config.self().http(),
                config.partitions(),
                config.replicas());
    }

    void stop() {
        if (!life.ends()) {
            return;
        }
        leaveCluster();
        freezeTicker.close();
        door.close();
        http.stopAccepting();
        Wiring.await(
                () -> door.inFlight() == 0 && http.open() == 0, config.tuning().drainNanos());
        actors.stop(true);
        http.close();
        closeStore(() -> {
            store.close();
            if (store.failed()) {
                directory.close();
            } else {
                endClean();
            }
            LOG.info("{}: stopped", config.node());
        });
        metrics.close();
    }

    private void endClean() {
        try {
            directory.closeClean();
        } catch (UncheckedIOException e) {
            LOG.warn(
                    "{}: everything is written, but the mark of an orderly end is not: {}",
                    config.node(),
                    e.getMessage());
        }
    }

    void kill() {
        if (!life.ends()) {
            return;
        }
        freezeTicker.close();
        leaveCluster();
        door.close();
        actors.stop(false);
        http.close();
        closeStore(() -> {
            store.drop();
            directory.close();
            LOG.info("{}: killed", config.node());
        });
        metrics.close();
    }

    private void leaveCluster() {
        if (cluster != null) {
            cluster.leave();
        }
    }

    /** Waits until nothing uses the store any more; false if that takes too long. */
    private boolean endActors() {
        actors.awaitEnd(END_NANOS);
        links.close();
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
        if (cluster != null) {
            cluster.close();
        }
        return actors.awaitEnd(0);
    }

    /** Closes the disk; where an actor still uses it, as soon as it has ended, because the engine is native code. */
    private void closeStore(Runnable closing) {
        if (endActors()) {
            closing.run();
            return;
        }
        LOG.error("{}: an actor did not end in time; the data directory stays in use until it has", config.node());
        Wiring.threads("late-end-" + config.node())
                .newThread(() -> {
                    actors.awaitEnd(Long.MAX_VALUE / 2);
                    closing.run();
                })
                .start();
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
        return actors.view();
    }

    String state() {
        String state = life.state();
        return state.equals(NodeLife.SERVING) && actors.health().isCatchingUp() ? "catching-up" : state;
    }

    /** Whether it serves, and is not about to have more to serve: who catches up and gets on with it is not ready yet. */
    boolean isReady() {
        return life.state().equals(NodeLife.SERVING) && !actors.health().progresses() && groupsAreReady();
    }

    boolean groupsAreReady() {
        return actors.groupsAreReady();
    }

    GroupTable groups() {
        return actors.groups();
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
        return actors.control();
    }

    ActorRef<Received> shard() {
        return actors.shard();
    }

    long storageBytes() {
        return life.isOver() ? 0 : columns.diskBytes();
    }

    long uptimeNanos() {
        return nanoClock.getAsLong() - startedAt;
    }

    Duration uptime() {
        return Duration.ofNanos(uptimeNanos());
    }

    Set<String> bucketNames() {
        Set<String> names = new TreeSet<>();
        view().buckets().forEach((name, entry) -> {
            if (!entry.deleted()) {
                names.add(name);
            }
        });
        return names;
    }
}
