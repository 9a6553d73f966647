package io.quorate.node;

import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.spi.StoreTransport;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.http.FaultControl;
import io.quorate.node.http.HttpServer;
import io.quorate.node.storage.Disk;
import io.quorate.node.transport.FaultBoard;
import io.quorate.node.transport.tcp.Names;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.epoch.StaticRing;
import io.quorate.ring.placement.BalancedPlanner;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * A node inside another program: start it, use it in process or over HTTP, stop it. Any number of nodes may run in one
 * JVM; nothing is static, no signal handler is installed, and {@link System#exit} is never called.
 *
 * <p>Safe for use from several threads. Starting and stopping block for a second or two.
 */
public final class EmbeddedNode implements AutoCloseable {
    private final NodeParts parts;

    private EmbeddedNode(NodeParts parts) {
        this.parts = parts;
    }

    /**
     * Starts a node with an actor system of its own, bound to the node's host and port.
     *
     * @throws StartException with one line that says what to mend: a wrong setting, a taken address, a data directory that
     *     is in use or belongs to another node
     */
    public static EmbeddedNode start(NodeConfig config) {
        return start(config, Extras.alone());
    }

    /**
     * Starts a node inside a given actor system, which is left running when the node stops. It needs no remoting, unless
     * {@link NodeConfig.Carrier#ARTERY} carries the frames: then it must have {@code pekko.remote.artery} listening on the
     * node's host and port, and the same name on all nodes.
     */
    public static EmbeddedNode start(NodeConfig config, ActorSystem<?> system) {
        return start(config, new Extras(system, new FaultBoard(), null));
    }

    /**
     * What surrounds a node besides its configuration.
     *
     * @param system null to have one made
     * @param faults cuts and delays in force, shared by the nodes of one program
     * @param control what the HTTP API's fault injection acts on; null for the links of this node alone
     * @param disk null for the one that the data directory lies on
     * @param diskSettings null for those of the configuration
     * @param onFatal told why, once the node has ended by a fault that only another start can mend, such as a failed
     *     fsync; a server ends its process then, with exit code 3. Comes on a thread of its own
     * @param names looks up the addresses of hosts
     */
    public record Extras(
            @Nullable ActorSystem<?> system,
            FaultBoard faults,
            @Nullable FaultControl control,
            @Nullable Disk disk,
            Disk.@Nullable Settings diskSettings,
            Consumer<String> onFatal,
            Names names) {

        public Extras(@Nullable ActorSystem<?> system, FaultBoard faults, @Nullable FaultControl control) {
            this(system, faults, control, null, null, why -> {}, Names.SYSTEM);
        }

        /** What a node on its own has. */
        public static Extras alone() {
            return new Extras(null, new FaultBoard(), null);
        }

        public Extras withDisk(@Nullable Disk other, Disk.@Nullable Settings settings) {
            return new Extras(system, faults, control, other, settings, onFatal, names);
        }

        public Extras withOnFatal(Consumer<String> callback) {
            return new Extras(system, faults, control, disk, diskSettings, callback, names);
        }

        public Extras withNames(Names other) {
            return new Extras(system, faults, control, disk, diskSettings, onFatal, other);
        }
    }

    public static EmbeddedNode start(NodeConfig config, Extras extras) {
        RingState ring;
        try {
            config.validate();
            ring = StaticRing.plan(
                            config.membership(),
                            new PartitionCount(config.partitions()),
                            config.replicas(),
                            new BalancedPlanner())
                    .current();
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        if (extras.system() == null) {
            requireFree(config.self(), config.links().bindHost());
        }
        HttpServer http;
        try {
            http = HttpServer.bind(config);
        } catch (HttpServer.BindException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return new EmbeddedNode(NodeParts.assemble(config, ring, http, extras));
    }

    private static void requireFree(Member self, @Nullable String bindHost) {
        String host = self.host().isEmpty() ? bindHost : self.host();
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(
                    host == null
                            ? new InetSocketAddress(self.port())
                            : new InetSocketAddress(InetAddress.getByName(host), self.port()));
        } catch (IOException e) {
            throw new StartException(
                    "address " + (host == null ? "*" : host) + ":" + self.port()
                            + " for the other nodes cannot be bound: "
                            + (String.valueOf(e.getMessage()).contains("in use")
                                    ? "another program uses it"
                                    : e.getMessage()),
                    e);
        }
    }

    public NodeId id() {
        return parts.id();
    }

    /** The base URL of its HTTP API. */
    public String url() {
        return parts.config().self().http();
    }

    /**
     * A client that calls this node without HTTP, with the same semantics. Closing it leaves the node running; once the
     * node is closed its calls fail as not applied.
     */
    public QuorateClient client() {
        return QuorateClients.over(transport());
    }

    /** What {@link #client()} is made over, for clients with settings of their own. */
    public StoreTransport transport() {
        return parts.transport();
    }

    /** What it is doing: starting, serving, catching-up, leaving, or failed. */
    public String state() {
        return parts.state();
    }

    /** The peers that this node can talk to now. */
    public Set<NodeId> peersUp() {
        return parts.view().up().keySet();
    }

    /**
     * The nodes that are with this one in the cluster of actor systems, itself included; empty while it is in none. Nothing
     * that is stored or served depends on it.
     */
    public List<NodeId> clusterMembers() {
        return parts.clusterMembers();
    }

    /** Waits until this node can talk to so many peers; false if it cannot within the time. */
    public boolean awaitPeers(int count, Duration atMost) {
        return Wiring.await(() -> peersUp().size() >= count, atMost.toNanos());
    }

    /** Waits until the groups of leader buckets have begun here, if there are any; false if they have not within the time. */
    public boolean awaitGroups(Duration atMost) {
        return Wiring.await(parts::groupsAreReady, atMost.toNanos());
    }

    /** Names of the buckets that this node knows. */
    public Set<String> buckets() {
        return parts.bucketNames();
    }

    /**
     * Stops in order: takes no more requests, finishes those in flight (up to three seconds), says good-bye, syncs, and
     * frees the ports and the data directory. Returns when done; calling it again does nothing.
     */
    @Override
    public void close() {
        parts.stop();
    }

    /** Ends at once, as a crash would: nobody is told, nothing is flushed that was not synced. */
    public void kill() {
        parts.kill();
    }
}
