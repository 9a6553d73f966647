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
 * <p>An answer to a message that has been repeated may be to either of the two, and measures nothing. Instead it doubles the
 * time for this peer, until an answer comes before the repetition (Karn and Partridge, "Improving Round-Trip Time Estimates in
 * Reliable Transport Protocols", 1987): so a peer that has become slow is measured again after a few messages.
 *
 * <p>Single-threaded; time comes in, in nanoseconds.
 */
public final class ResendTimes {
    /** However slow a peer is: by then something is wrong, or the message is lost. */
    static final int CEILING_FACTOR = 4;

    private static final int DOUBLINGS = 2;
    private static final int MEAN_WEIGHT = 8;
    private static final int DEVIATION_WEIGHT = 4;

    private final long floorNanos;
    private final Map<NodeId, Times> peers = new HashMap<>();

    private static final class Times {
        private long mean;
        private long deviation;
        /** While it cannot be measured; 0 if it can. */
        private long backedOff;
    }

    /**
     * Of peers that nothing is known of.
     *
     * @param floorNanos after which a message is repeated if answers are quick; positive
     */
    public ResendTimes(long floorNanos) {
        if (floorNanos < 1) {
            throw new IllegalArgumentException(floorNanos + " ns: must be positive");
        }
        this.floorNanos = floorNanos;
    }

    /**
     * Whether a message without answer is to be sent again: each time after twice as long as the time before, because a peer
     * that is slow must not be given more to do. Asked often, and mostly of messages too young for it.
     *
     * @param waitedNanos since it was sent the last time
     * @param repeated how often it has been sent again
     * @param timeNanos for the whole request
     */
    public boolean isDue(NodeId peer, long waitedNanos, int repeated, long timeNanos) {
        return waitedNanos >= floorNanos && waitedNanos >= after(peer, timeNanos) << Math.min(repeated, DOUBLINGS);
    }

    /**
     * How long an answer of this peer is waited for.
     *
     * @param timeNanos for the whole request: half of it is left for the repetition, unless answers are quick anyway
     */
    public long after(NodeId peer, long timeNanos) {
        return Math.max(floorNanos, Math.min(after(peer), timeNanos / 2));
    }

    private long after(NodeId peer) {
        Times times = peers.get(peer);
        return times == null ? floorNanos : bounded(Math.max(times.backedOff, times.mean + 4 * times.deviation));
    }

    private long bounded(long nanos) {
        return Math.min(CEILING_FACTOR * floorNanos, Math.max(floorNanos, nanos));
    }

    /** An answer to a message that was sent once has come, so long after. */
    public void answered(NodeId peer, long tookNanos) {
        Times times = peers.computeIfAbsent(peer, id -> new Times());
        times.backedOff = 0;
        if (times.mean == 0) {
            times.mean = tookNanos;
            times.deviation = tookNanos / 2;
        } else {
            times.deviation += (Math.abs(tookNanos - times.mean) - times.deviation) / DEVIATION_WEIGHT;
            times.mean += (tookNanos - times.mean) / MEAN_WEIGHT;
        }
    }

    /** An answer to a message that had been repeated has come. */
    public void answeredRepeated(NodeId peer) {
        long doubled = 2 * after(peer);
        peers.computeIfAbsent(peer, id -> new Times()).backedOff = bounded(doubled);
    }

    /** A peer has gone or come back: what was known of it says nothing any more. */
    public void forget(NodeId peer) {
        peers.remove(peer);
    }
}
