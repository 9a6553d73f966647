package io.quorate.node.protocol.pace;

import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells how long a message was under way, without clocks that agree: the least difference between its receiver's clock and
 * its sender's stands for a message that was not held up, and what a later one takes beyond that is its age. The clocks may
 * run apart a little, so the least difference is let grow. Never below the truth by more than the quickest way takes,
 * except for the very first messages of a process.
 *
 * <p>The minimum filter is that of clock synchronisation by round trips (Cristian, 1989), used one way.
 */
public final class Transits {
    /** Two clocks on two machines differ by less, in parts of a million. */
    public static final int DRIFT_PPM = 200;

    private static final int BOOTS_MAX = 4;

    private final int driftPpm;
    private final Map<NodeId, Map<Integer, Least>> peers = new HashMap<>();

    private record Least(long difference, long at) {}

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
        if (least == null) {
            boots.put(boot, new Least(difference, now));
            if (boots.size() > BOOTS_MAX) {
                boots.remove(boots.keySet().iterator().next());
            }
            return 0;
        }
        long drift = Math.max(0, now - least.at()) / 1_000_000 * driftPpm;
        long age = difference - (least.difference() + drift);
        if (age <= 0) {
            boots.put(boot, new Least(difference, now));
            return 0;
        }
        return age;
    }
}
