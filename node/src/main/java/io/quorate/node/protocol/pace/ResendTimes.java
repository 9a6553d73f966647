package io.quorate.node.protocol.pace;

import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * After how long without an answer a message to a peer is sent again. What is lost should be repeated soon; but of a peer that
 * is slow because it has much to do, every repetition makes it slower, until most of what it gets are repetitions. So the time
 * follows how long its answers take: their smoothed mean and four times their mean deviation (Jacobson, "Congestion Avoidance
 * and Control", 1988).
 *
 * <p>An answer to a message that has been repeated may be to either of the two. Karn and Partridge (1987) measure none of
 * those. Here messages are lost rarely and held up often, so an answer that comes sooner after the repetition than a peer
 * usually takes is counted as one to the first.
 *
 * <p>Single-threaded; time comes in, in nanoseconds.
 */
public final class ResendTimes {
    /** However slow a peer is: by then something is wrong, or the message is lost. */
    static final int CEILING_FACTOR = 4;

    private static final int MEAN_WEIGHT = 8;
    private static final int DEVIATION_WEIGHT = 4;

    private final long floorNanos;
    private final Map<NodeId, Times> peers = new HashMap<>();

    private static final class Times {
        private long mean;
        private long deviation;
    }

    /**
     * Of peers that nothing is known of.
     *
     * @param floorNanos after which a message is repeated if answers are quick
     */
    public ResendTimes(long floorNanos) {
        this.floorNanos = floorNanos;
    }

    /** How long an answer of this peer is waited for. */
    public long after(NodeId peer) {
        Times times = peers.get(peer);
        return times == null
                ? floorNanos
                : Math.min(CEILING_FACTOR * floorNanos, Math.max(floorNanos, times.mean + 4 * times.deviation));
    }

    /**
     * An answer has come.
     *
     * @param sinceFirst since its message was sent
     * @param sinceLast since it was sent the last time; the same if it was not repeated
     */
    public void answered(NodeId peer, long sinceFirst, long sinceLast) {
        Times times = peers.get(peer);
        if (times == null) {
            if (sinceFirst == sinceLast) {
                times = new Times();
                times.mean = sinceFirst;
                times.deviation = sinceFirst / 2;
                peers.put(peer, times);
            }
        } else if (sinceFirst == sinceLast || sinceLast < times.mean / 2) {
            times.deviation += (Math.abs(sinceFirst - times.mean) - times.deviation) / DEVIATION_WEIGHT;
            times.mean += (sinceFirst - times.mean) / MEAN_WEIGHT;
        }
    }

    /** A peer has gone or come back: what was known of it says nothing any more. */
    public void forget(NodeId peer) {
        peers.remove(peer);
    }
}
