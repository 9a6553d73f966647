package io.quorate.node;

import io.quorate.node.actor.PeerQuarantine;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.ring.topology.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what could not be decoded. */
final class DecodeErrors implements PeerQuarantine.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(DecodeErrors.class);

    private final NodeId self;
    private final NodeMetrics metrics;

    DecodeErrors(NodeId self, NodeMetrics metrics) {
        this.self = self;
        this.metrics = metrics;
    }

    @Override
    public void undecodable(NodeId from, String reason) {
        metrics.count("quorate.decode.errors", "peer", from.value());
        LOG.debug("{}: a frame of {} cannot be decoded: {}", self, from, reason);
    }

    @Override
    public void shut(NodeId peer, long nanos) {
        LOG.warn(
                "{}: {} keeps sending what cannot be decoded; nothing is taken from it for {} s",
                self,
                peer,
                nanos / 1_000_000_000L);
    }

    @Override
    public void stranger(NodeId node) {
        metrics.count("quorate.refusals", "cause", "stranger");
        LOG.warn(
                "{}: {} speaks to this node but is no member of its cluster; it is not answered. Give all nodes the same"
                        + " members",
                self,
                node);
    }

    @Override
    public void corruptRecord() {
        metrics.count("quorate.corrupt.records", "node", self.value());
    }
}
