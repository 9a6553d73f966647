package io.quorate.node.demo;

import io.quorate.node.EmbeddedNode;
import io.quorate.node.StartException;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.http.FaultControl;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.FaultBoard;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of nodes {@code n1 n2 ...} in this JVM, each with its own ports, data and actor system, and the faults that can
 * be done to it. A stopped node is really stopped and starts again on the same ports and data.
 */
public final class DemoCluster implements FaultControl, AutoCloseable {
    private static final Duration MUTUAL_SIGHT = Duration.ofSeconds(20);

    private final Settings settings;
    private final List<Member> members;
    private final FaultBoard board = new FaultBoard();
    private final Map<NodeId, EmbeddedNode> running = new TreeMap<>();
    /** The nodes of {@link #running}, to be read without waiting for one that starts or stops. */
    private volatile Set<NodeId> up = Set.of();

    private final ExecutorService actions;

    /**
     * What the cluster is made of.
     *
     * @param httpPort of the first node; the others follow in sequence
     * @param port the same for the ports of their actor systems
     * @param peerPort the same for the ports for frames between nodes
     */
    public record Settings(
            int nodes,
            int replicas,
            int partitions,
            int httpPort,
            int port,
            int peerPort,
            Path data,
            SyncMode sync,
            NodeConfig.Limits limits,
            NodeConfig.Links links) {
        public static Settings of(Path data) {
            return new Settings(
                    3,
                    3,
                    64,
                    7101,
                    7201,
                    7301,
                    data,
                    SyncMode.GROUP,
                    NodeConfig.Limits.DEFAULT,
                    NodeConfig.Links.DEFAULT);
        }

        public Settings withPorts(int http, int systems, int peers) {
            return new Settings(nodes, replicas, partitions, http, systems, peers, data, sync, limits, links);
        }

        public Settings withNodes(int count) {
            return new Settings(
                    count, Math.min(3, count), partitions, httpPort, port, peerPort, data, sync, limits, links);
        }
    }

    private DemoCluster(Settings settings) {
        this.settings = settings;
        this.actions = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "demo-faults");
            thread.setDaemon(true);
            return thread;
        });
        List<Member> all = new ArrayList<>();
        for (int i = 0; i < settings.nodes(); i++) {
            all.add(new Member(
                    NodeId.of("n" + (i + 1)),
                    "dc1",
                    "z" + (i + 1),
                    1,
                    "http://127.0.0.1:" + (settings.httpPort() + i),
                    "127.0.0.1",
                    settings.port() + i,
                    settings.peerPort() + i));
        }
        this.members = List.copyOf(all);
    }

    /**
     * Starts all nodes and returns when each of them serves and sees all others.
     *
     * @throws StartException if one cannot start; those that could are stopped again
     */
    public static DemoCluster start(Settings settings) {
        DemoCluster cluster = new DemoCluster(settings);
        try {
            for (Member member : cluster.members) {
                cluster.startNode(member.id());
            }
            cluster.awaitMutualSight();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private synchronized void startNode(NodeId id) {
        if (running.containsKey(id)) {
            return;
        }
        NodeConfig config = new NodeConfig(
                "demo",
                id,
                members,
                settings.partitions(),
                settings.replicas(),
                settings.data().resolve(id.value()),
                settings.sync(),
                new NodeConfig.Http("127.0.0.1", settings.httpPort() + indexOf(id)),
                settings.limits(),
                List.of(
                        BucketDefinition.leaderless("carts", settings.replicas()),
                        BucketDefinition.leader("accounts", settings.replicas(), BucketDefinition.LedLevels.DEFAULT)),
                true,
                settings.links());
        running.put(id, EmbeddedNode.start(config, new EmbeddedNode.Extras(null, board, this)));
        up = Set.copyOf(running.keySet());
    }

    private synchronized @Nullable EmbeddedNode takeOut(NodeId id) {
        EmbeddedNode node = running.remove(id);
        up = Set.copyOf(running.keySet());
        return node;
    }

    private int indexOf(NodeId id) {
        return members.stream().map(Member::id).toList().indexOf(id);
    }

    private void awaitMutualSight() {
        for (EmbeddedNode node : running.values()) {
            if (!node.awaitPeers(members.size() - 1, MUTUAL_SIGHT)) {
                throw new StartException("the nodes did not find each other within " + MUTUAL_SIGHT.toSeconds() + " s");
            }
            if (!node.awaitGroups(MUTUAL_SIGHT)) {
                throw new StartException(
                        "the groups of leader buckets did not begin within " + MUTUAL_SIGHT.toSeconds() + " s");
            }
        }
    }

    public List<String> urls() {
        return members.stream().map(Member::http).toList();
    }

    /** The running node of that name; fails if it is stopped. */
    public synchronized EmbeddedNode node(String id) {
        EmbeddedNode node = running.get(NodeId.of(id));
        if (node == null) {
            throw new IllegalStateException(id + " is not running");
        }
        return node;
    }

    @Override
    public FaultBoard board() {
        return board;
    }

    @Override
    public Set<NodeId> nodes() {
        return new LinkedHashSet<>(members.stream().map(Member::id).toList());
    }

    @Override
    public Set<NodeId> stopped() {
        Set<NodeId> stopped = nodes();
        stopped.removeAll(up);
        return stopped;
    }

    @Override
    public boolean hostsNodes() {
        return true;
    }

    @Override
    public CompletionStage<Void> act(Action action, NodeId node) {
        return CompletableFuture.runAsync(() -> perform(action, node), actions);
    }

    private synchronized void perform(Action action, NodeId id) {
        EmbeddedNode node = action == Action.START ? null : takeOut(id);
        switch (action) {
            case STOP -> {
                if (node != null) {
                    node.close();
                }
            }
            case KILL -> {
                if (node != null) {
                    node.kill();
                }
            }
            case START -> startNode(id);
            case WIPE -> {
                if (node != null) {
                    node.kill();
                }
                deleteTree(settings.data().resolve(id.value()));
                startNode(id);
            }
        }
    }

    /** Stops all nodes in order. */
    @Override
    public void close() {
        actions.shutdownNow();
        List<EmbeddedNode> nodes;
        synchronized (this) {
            nodes = List.copyOf(running.values());
            running.clear();
            up = Set.of();
        }
        // All at once, whatever the number of processors: each may have to wait for what it has in flight.
        List<Thread> stopping = new ArrayList<>();
        for (EmbeddedNode node : nodes) {
            Thread thread = new Thread(node::close, "stop-" + node.id());
            thread.start();
            stopping.add(thread);
        }
        for (Thread thread : stopping) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Removes a folder and all it holds. */
    public static void deleteTree(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
