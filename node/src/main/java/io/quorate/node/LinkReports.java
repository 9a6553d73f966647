package io.quorate.node;

import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.LinkEvents;
import io.quorate.ring.topology.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs how a node's connections to the others fare. */
final class LinkReports implements LinkEvents {
    private static final Logger LOG = LoggerFactory.getLogger(LinkReports.class);

    private final NodeId self;
    private final NodeMetrics metrics;

    LinkReports(NodeId self, NodeMetrics metrics) {
        this.self = self;
        this.metrics = metrics;
    }

    @Override
    public void opened(NodeId peer, Lane lane) {
        metrics.count("quorate.link.opened", "peer", peer.value());
        LOG.debug("{}: connection to {} for {} is open", self, peer, lane);
    }

    @Override
    public void lost(NodeId peer, Lane lane, String reason) {
        metrics.count("quorate.link.lost", "peer", peer.value());
        LOG.debug("{}: no connection to {} for {}: {}", self, peer, lane, reason);
    }

    @Override
    public void dropped(NodeId peer, Lane lane, int frames) {
        metrics.count("quorate.link.dropped", "peer", peer.value(), frames);
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
