package io.quorate.node.protocol.pace;

import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells how long a message was under way, without clocks that agree: the least difference between its receiver's clock and
 * its sender's stands for a message that was not held up, and what a later one takes beyond that is its age. The clocks may
 * run apart a little, so the least difference is let grow. It is taken anew when for some seconds no message has come near
 * it: a clock that stood still or was slewed, or a way that has become longer, makes no message old for good. Never below
 * the truth by more than the quickest way takes, except for the very first messages of a process, and then.
 *
 * <p>The minimum filter is that of clock synchronisation by round trips (Cristian, 1989), used one way.
 */
public final class Transits {
    /** Two clocks on two machines differ by less, in parts of a million, while nobody sets them right. */
    public static final int DRIFT_PPM = 200;

    /** The least difference is taken anew from so long a time, */
    static final long WINDOW_NANOS = 5_000_000_000L;

    /** and from so many messages, of which one at least was not held up. */
    static final int WINDOW_MESSAGES = 10;

    /** Of a burst only one message counts towards knowing a sender: what was held up together is old together. */
    private static final long APART_NANOS = 50_000_000L;

    private static final int BOOTS_MAX = 4;

    private final int driftPpm;
    private final Map<NodeId, Map<Integer, Least>> peers = new HashMap<>();

    private static final class Least {
        private long difference;
        private long at;
        private long windowLeast;
        private long windowFrom;
        private int windowCount;
        private int apart = 1;
        private long countedAt;

        private Least(long difference, long now) {
            this.difference = difference;
            this.at = now;
            this.countedAt = now;
            openWindow(difference, now);
        }

        private void openWindow(long first, long now) {
            windowLeast = first;
            windowFrom = now;
            windowCount = 1;
        }

        private long age(long seen, long now, int driftPpm) {
            long drift = Math.max(0, now - at) / 1_000_000 * driftPpm;
            long age = seen - (difference + drift);
            if (age <= 0) {
                difference = seen;
                at = now;
            }
            windowCount++;
            if (apart < WINDOW_MESSAGES && now - countedAt >= APART_NANOS) {
                apart++;
                countedAt = now;
            }
            if (seen - windowLeast < 0) {
                windowLeast = seen;
            }
            if (windowCount >= WINDOW_MESSAGES && now - windowFrom >= WINDOW_NANOS) {
                if (windowLeast - (difference + drift) > 0) {
                    difference = windowLeast;
                    at = now;
                }
                openWindow(seen, now);
            }
            return Math.max(0, age);
        }
    }

    public Transits(int driftPpm) {
        this.driftPpm = driftPpm;
    }

    /**
     * The age of a message in nanoseconds.
     *
     * @param boot names the sender's run: another one has another clock
     * @param sentAt by the sender's clock
     * @param now by the receiver's
     */
    public long age(NodeId from, int boot, long sentAt, long now) {
        Map<Integer, Least> boots = peers.computeIfAbsent(from, id -> new LinkedHashMap<>());
        long difference = now - sentAt;
        Least least = boots.get(boot);
        if (least != null) {
            return least.age(difference, now, driftPpm);
        }
        boots.put(boot, new Least(difference, now));
        if (boots.size() > BOOTS_MAX) {
            boots.remove(boots.keySet().iterator().next());
        }
        return 0;
    }

    /** Whether enough has come from a run, at different times, that its quickest message was hardly held up. */
    public boolean knows(NodeId from, int boot) {
        Map<Integer, Least> boots = peers.get(from);
        Least least = boots == null ? null : boots.get(boot);
        return least != null && least.apart >= WINDOW_MESSAGES;
    }
}
