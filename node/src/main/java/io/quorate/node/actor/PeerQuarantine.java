package io.quorate.node.actor;

import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.Map;

/** Shuts out a peer for a while that keeps sending what cannot be decoded. */
public final class PeerQuarantine {
    static final int STRIKES_MAX = 5;
    static final long SHUT_NANOS = 10_000_000_000L;

    private final Map<NodeId, Strikes> records = new HashMap<>();
    private boolean strangerSeen;
    private long strangerSeenAt;

    /** Hears what goes wrong with stored and received bytes. */
    public interface Listener {
        void undecodable(NodeId from, String reason);

        void shut(NodeId peer, long nanos);

        void corruptRecord();

        /** Frames come from a node that is no member; told once in a while, however many they are. */
        void stranger(NodeId node);
    }

    private static final class Strikes {
        private int count;
        private long since;
        private boolean shut;
        private long shutUntil;
    }

    boolean isShut(NodeId peer, long now) {
        Strikes record = records.get(peer);
        if (record == null || !record.shut) {
            return false;
        }
        if (now - record.shutUntil >= 0) {
            records.remove(peer);
            return false;
        }
        return true;
    }

    void noteStranger(NodeId node, long now, Listener listener) {
        if (!strangerSeen || now - strangerSeenAt >= SHUT_NANOS) {
            strangerSeen = true;
            strangerSeenAt = now;
            listener.stranger(node);
        }
    }

    void note(NodeId peer, DecodeException error, long now, Listener listener) {
        Strikes record = records.computeIfAbsent(peer, id -> new Strikes());
        if (record.count == 0 || now - record.since > SHUT_NANOS) {
            record.count = 0;
            record.since = now;
        }
        record.count++;
        listener.undecodable(peer, String.valueOf(error.getMessage()));
        if (record.count >= STRIKES_MAX) {
            record.shut = true;
            record.shutUntil = now + SHUT_NANOS;
            listener.shut(peer, SHUT_NANOS);
        }
    }
}
