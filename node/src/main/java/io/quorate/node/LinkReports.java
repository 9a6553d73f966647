package io.quorate.node;

import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.LinkEvents;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs how a node's connections to the others fare. */
final class LinkReports implements LinkEvents {
    private static final Logger LOG = LoggerFactory.getLogger(LinkReports.class);
    /** A peer that starts later or restarts is nothing to tell of. */
    private static final long TELL_AFTER_NANOS = 10_000_000_000L;

    private static final long TELL_AGAIN_NANOS = 60_000_000_000L;

    private final NodeId self;
    private final NodeMetrics metrics;
    private final LongSupplier nanoClock;
    private final Map<NodeId, Absence> absences = new HashMap<>();
    private volatile Consumer<NodeId> unreachable = peer -> {};

    LinkReports(NodeId self, NodeMetrics metrics, LongSupplier nanoClock) {
        this.self = self;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
    }

    /** From now on somebody is told of each peer at whose address nobody listens, every time. */
    void onUnreachable(Consumer<NodeId> listener) {
        unreachable = listener;
    }

    /** Since when a peer cannot be connected to, and when that was told. */
    private static final class Absence {
        private final long since;
        private long toldAt;

        private Absence(long since) {
            this.since = since;
            this.toldAt = since + TELL_AFTER_NANOS - TELL_AGAIN_NANOS;
        }
    }

    @Override
    public void opened(NodeId peer, Lane lane) {
        metrics.count("quorate.link.opened", "peer", peer.value());
        LOG.debug("{}: connection to {} for {} is open", self, peer, lane);
        synchronized (absences) {
            absences.remove(peer);
        }
    }

    @Override
    public void lost(NodeId peer, Lane lane, boolean refused, String reason) {
        if (refused) {
            unreachable.accept(peer);
        }
        metrics.count("quorate.link.lost", "peer", peer.value());
        LOG.debug("{}: no connection to {} for {}: {}", self, peer, lane, reason);
        long now = nanoClock.getAsLong();
        Absence absence;
        synchronized (absences) {
            absence = absences.computeIfAbsent(peer, id -> new Absence(now));
            if (now - absence.toldAt < TELL_AGAIN_NANOS) {
                return;
            }
            absence.toldAt = now;
        }
        LOG.warn(
                "{}: no connection to {} for {} s: {}. If that node runs, its address among the members or the network is"
                        + " wrong",
                self,
                peer,
                (now - absence.since) / 1_000_000_000L,
                reason);
    }

    @Override
    public void dropped(NodeId peer, Lane lane, int frames) {
        metrics.count("quorate.link.dropped", "peer", peer.value(), frames);
    }

    @Override
    public void found(NodeId peer, InetSocketAddress address) {
        LOG.info("{}: {} is at {}:{}", self, peer, address.getAddress().getHostAddress(), address.getPort());
    }

    @Override
    public void misled(NodeId peer) {
        LOG.debug("{}: {} has looked here for another node that was here before", self, peer);
    }

    @Override
    public void refused(String message) {
        LOG.warn("{}", message);
    }

    @Override
    public void stranger(NodeId node) {
        metrics.count("quorate.refusals", "cause", "stranger");
    }
}
