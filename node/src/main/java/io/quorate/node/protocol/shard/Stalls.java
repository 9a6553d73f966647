package io.quorate.node.protocol.shard;

import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * Which peers take requests and answer none, though their pings come: a data plane that hangs in its disk, or that has far
 * more to do than it can. What cannot succeed without such a peer is refused at once instead of waiting for it in numbers,
 * and what can do without it asks the others first.
 *
 * <p>A peer stalls while nothing at all comes back from it: it has been sent many requests since its last answer, the first
 * of them long ago. One answer ends it. Lost messages therefore need no book-keeping.
 */
final class Stalls {
    /** Requests without any answer that a peer may have before it stalls: below that, waiting costs little. */
    static final int UNANSWERED_MAX = 64;

    /** One message may have been lost; several that stay without answer say more. */
    private static final int SILENT_MIN = 3;

    static final long SILENT_NANOS = 500_000_000L;

    /** How often one request may wait for a stalled peer, and how often one message goes to it, to see whether it goes on. */
    static final long PROBE_NANOS = 200_000_000L;

    private final Map<NodeId, Peer> peers = new HashMap<>();

    private static final class Peer {
        private int unanswered;
        private long since;
        private long probedAt;
        private long sentAt;

        private Peer(long now) {
            since = now;
            probedAt = now;
            sentAt = now;
        }
    }

    /**
     * Whether a request goes out to a peer. To one that stalls hardly any does: they would pile up there and be worked off,
     * each as often as it was repeated, when it goes on. What does not go is repeated later, like what is lost.
     */
    boolean sends(NodeId to, long now) {
        Peer peer = peers.computeIfAbsent(to, id -> new Peer(now));
        if (isStalled(to, now) && now - peer.sentAt < PROBE_NANOS) {
            return false;
        }
        if (peer.unanswered == 0) {
            peer.since = now;
        }
        if (peer.unanswered < Integer.MAX_VALUE) {
            peer.unanswered++;
        }
        peer.sentAt = now;
        return true;
    }

    void heard(NodeId from) {
        Peer peer = peers.get(from);
        if (peer != null) {
            peer.unanswered = 0;
        }
    }

    /** Whether a peer owes several answers, the first of them for so long, and has given none. */
    boolean isSilent(NodeId id, long nanos, long now) {
        Peer peer = peers.get(id);
        return peer != null && peer.unanswered >= SILENT_MIN && now - peer.since >= nanos;
    }

    boolean isStalled(NodeId id, long now) {
        Peer peer = peers.get(id);
        return peer != null && peer.unanswered >= UNANSWERED_MAX && now - peer.since >= SILENT_NANOS;
    }

    /** Whether one request may wait for a stalled peer all the same, so that its recovery is noticed. */
    boolean mayProbe(NodeId id, long now) {
        Peer peer = peers.computeIfAbsent(id, unknown -> new Peer(now));
        if (now - peer.since < PROBE_NANOS || now - peer.probedAt < PROBE_NANOS) {
            return false;
        }
        peer.probedAt = now;
        return true;
    }

    /** A peer that went down or came up begins anew. */
    void keepOnly(Iterable<NodeId> up) {
        Map<NodeId, Peer> kept = new HashMap<>();
        for (NodeId id : up) {
            Peer peer = peers.get(id);
            if (peer != null) {
                kept.put(id, peer);
            }
        }
        peers.clear();
        peers.putAll(kept);
    }
}
