package io.quorate.node;

import io.quorate.node.config.NodeConfig;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.transport.ArteryTransport;
import io.quorate.node.transport.FaultBoard;
import io.quorate.node.transport.Transport;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.Birth;
import io.quorate.node.transport.tcp.Names;
import io.quorate.node.transport.tcp.TcpTransport;
import io.quorate.ring.topology.NodeId;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/** A node's way to the others: the transport that its configuration names. */
final class NodeLinks implements AutoCloseable {
    private final NodeConfig config;
    private final FaultBoard faults;
    private final @Nullable LinkReports reports;
    private final @Nullable TcpTransport tcp;

    /**
     * Takes the address for frames, if the transport has one of its own.
     *
     * @throws TcpTransport.BindException if it cannot be had
     */
    static NodeLinks bind(NodeConfig config, FaultBoard faults, Names names, NodeMetrics metrics) {
        if (config.links().carrier() == NodeConfig.Carrier.ARTERY) {
            return new NodeLinks(config, faults, null, null);
        }
        LinkReports reports = new LinkReports(config.node(), metrics, Wiring.nanoClock());
        return new NodeLinks(
                config,
                faults,
                reports,
                TcpTransport.bind(new TcpTransport.Surroundings(
                        new Birth(config.cluster(), config.partitions(), config.replicas()),
                        config.node(),
                        config.membership(),
                        config.links().bindHost(),
                        config.links().tcp(),
                        faults,
                        reports,
                        Wiring.nanoClock(),
                        Wiring.messageIds(),
                        Wiring.threads("links-" + config.node()),
                        Wiring.callbacks("names-" + config.node()),
                        config.links().discovery(),
                        names)));
    }

    private NodeLinks(NodeConfig config, FaultBoard faults, @Nullable LinkReports reports, @Nullable TcpTransport tcp) {
        this.config = config;
        this.faults = faults;
        this.reports = reports;
        this.tcp = tcp;
    }

    /** The transport; one that goes through the actor system finds the actors by their names. */
    Transport over(ActorSystem<?> system) {
        return tcp != null ? tcp : new ArteryTransport(system, config.node(), config.membership(), faults);
    }

    /** The host that a node is reached at; null if it has not been found. */
    @Nullable
    String hostOf(NodeId node) {
        return tcp != null ? tcp.hostOf(node) : config.membership().get(node).host();
    }

    /**
     * Lets frames in.
     *
     * @param unreachable told of each peer at whose address nobody listens, every time
     */
    void start(
            TcpTransport.Receiver data,
            TcpTransport.Receiver control,
            TcpTransport.Receiver groups,
            Consumer<NodeId> unreachable) {
        if (reports != null) {
            reports.onUnreachable(unreachable);
        }
        if (tcp != null) {
            tcp.receive(Lane.DATA, data);
            tcp.receive(Lane.CONTROL, control);
            tcp.receive(Lane.GROUP, groups);
            tcp.start();
        }
    }

    /** Bytes of frames sent to other nodes; 0 where the actor system carries them. */
    long sentBytes(Lane lane) {
        return tcp == null ? 0 : tcp.sentBytes(lane);
    }

    /** Ends all connections and frees the address; calling it again does nothing. */
    @Override
    public void close() {
        if (tcp != null) {
            tcp.close();
        }
    }
}
