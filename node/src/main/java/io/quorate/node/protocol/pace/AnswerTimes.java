package io.quorate.node.protocol.pace;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How long each peer lately took to answer, by which homes are preferred. A peer's time is a decaying average, or the time
 * for which it has owed an answer if that is longer: so one that falls silent is passed over within milliseconds, long
 * before it is down. One that is much slower than the best is left alone but for a probe now and then, and comes back into
 * use after three quick answers.
 *
 * <p>The idea of ranking replicas so is that of Cassandra's dynamic snitch, after the accrual failure detector of
 * Hayashibara and others (2004); hedging by quantile is that of "The Tail at Scale" (Dean and Barroso, 2013).
 */
public final class AnswerTimes {
    /** Not counted among the recent times: asked to learn how fast a slow peer is. */
    public static final int PROBE = -1;

    private static final int KINDS = 8;
    private static final int OPEN_MAX = 8192;
    private static final int WEIGHT = 8;
    private static final int QUICK_PROBES = 3;
    private static final int SAMPLES_MIN = 20;

    private final PaceSettings settings;
    private final Map<NodeId, Peer> peers = new HashMap<>();
    private final RecentTimes[] recent = new RecentTimes[KINDS];

    private record Question(long askedAt, int kind) {}

    private static final class Peer {
        private final Map<Long, Question> open = new LinkedHashMap<>();
        /** The last answer, or the first question after a time without any. */
        private long owesSince;

        private long average;
        private long nextProbe;
        private boolean probed;
        private int quick;

        private long estimate(long now) {
            return open.isEmpty() ? average : Math.max(average, now - owesSince);
        }
    }

    /**
     * Homes in the order in which to ask them.
     *
     * @param even how many of them, from the first, are about as quick as the best; the others want a probe now and then
     * @param fast how many of them, from the first, are not slow
     */
    public record Ranking(List<NodeId> order, int even, int fast) {}

    public AnswerTimes(PaceSettings settings) {
        this.settings = settings;
        for (int i = 0; i < KINDS; i++) {
            recent[i] = new RecentTimes();
        }
    }

    /**
     * A question goes out; asked again it is still the same one.
     *
     * @param question its id, one of a kind for this peer
     * @param kind of request, from 0; those whose times are alike. Or {@link #PROBE}
     */
    public void asked(NodeId peer, long question, int kind, long now) {
        Peer p = peers.computeIfAbsent(peer, id -> new Peer());
        if (p.open.isEmpty()) {
            p.owesSince = now;
        }
        p.open.putIfAbsent(question, new Question(now, Math.min(kind, KINDS - 1)));
        if (p.open.size() > OPEN_MAX) {
            Iterator<Long> oldest = p.open.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** An answer has come, however late. Questions that were asked before it are lost, or no longer of interest. */
    public void answered(NodeId peer, long question, long now) {
        Peer p = peers.get(peer);
        Question asked = p == null ? null : p.open.get(question);
        if (p == null || asked == null) {
            return;
        }
        for (Iterator<Long> oldest = p.open.keySet().iterator(); oldest.hasNext(); ) {
            long id = oldest.next();
            oldest.remove();
            if (id == question) {
                break;
            }
        }
        p.owesSince = now;
        long took = Math.max(1, now - asked.askedAt());
        if (asked.kind() == PROBE) {
            probed(p, took, now);
        } else {
            p.average = p.average == 0 ? took : p.average + (took - p.average) / WEIGHT;
            recent[asked.kind()].record(took);
        }
    }

    private void probed(Peer p, long took, long now) {
        if (took > Math.max(settings.slowFloorNanos(), p.average / 2)) {
            p.quick = 0;
            p.average += (took - p.average) / WEIGHT;
            return;
        }
        p.quick++;
        if (p.quick < QUICK_PROBES) {
            p.nextProbe = now + settings.probeNanos() / 20;
        } else {
            p.quick = 0;
            p.average = took;
        }
    }

    /** A peer has gone or come back: what was known of it says nothing any more. */
    public void forget(NodeId peer) {
        peers.remove(peer);
    }

    /**
     * Puts the quicker homes first. Those whose times differ by less than twice keep the order they come in, so that load
     * stays spread.
     *
     * @param lagging homes to be asked last, however fast they are
     */
    public Ranking rank(List<NodeId> homes, Predicate<NodeId> lagging, long now) {
        long best = Long.MAX_VALUE;
        long worst = 0;
        boolean anyLagging = false;
        for (NodeId home : homes) {
            long estimate = estimate(home, now);
            best = estimate == 0 ? best : Math.min(best, estimate);
            worst = Math.max(worst, estimate);
            anyLagging |= lagging.test(home);
        }
        if (worst <= settings.slowFloorNanos() && worst / 2 <= best && !anyLagging) {
            return new Ranking(homes, homes.size(), homes.size());
        }
        long limit = slowLimit(best);
        long alike = best == Long.MAX_VALUE ? 0 : 2 * best;
        Map<NodeId, Long> weights = new LinkedHashMap<>();
        int even = 0;
        int fast = 0;
        for (NodeId home : homes) {
            long estimate = estimate(home, now);
            boolean last = lagging.test(home) || estimate > limit;
            fast += last ? 0 : 1;
            boolean isAlike = !last && estimate <= alike;
            even += isAlike ? 1 : 0;
            weights.put(home, (isAlike ? 0 : estimate) + (last ? Long.MAX_VALUE / 2 : 0));
        }
        List<NodeId> order = new ArrayList<>(homes);
        order.sort(Comparator.comparingLong(home -> weights.getOrDefault(home, 0L)));
        return new Ranking(order, even, fast);
    }

    private long slowLimit(long best) {
        return best >= Long.MAX_VALUE / settings.slowFactor()
                ? Long.MAX_VALUE
                : Math.max(settings.slowFloorNanos(), best * settings.slowFactor());
    }

    private long estimate(NodeId peer, long now) {
        Peer p = peers.get(peer);
        return p == null ? 0 : p.estimate(now);
    }

    /** Whether a home that is passed over is to be asked now to see how quick it is; says so once in a while only. */
    public boolean probeDue(NodeId peer, long now) {
        Peer p = peers.get(peer);
        if (p == null || (p.probed && now - p.nextProbe < 0)) {
            return false;
        }
        p.probed = true;
        p.nextProbe = now + settings.probeNanos();
        return true;
    }

    /** Whether a peer owes answers and has given none since a moment. */
    public boolean silentSince(NodeId peer, long moment) {
        Peer p = peers.get(peer);
        return p != null && !p.open.isEmpty() && p.owesSince - moment <= 0;
    }

    /** How long to wait for an answer to this kind of request before another is asked too. */
    public long hedgeAfter(int kind, long floor, long cap) {
        RecentTimes times = recent[Math.min(kind, KINDS - 1)];
        if (times.samples() < SAMPLES_MIN) {
            return cap;
        }
        return Math.max(floor, Math.min(cap, times.percentile(95)));
    }

    /** The average of a peer's times in nanoseconds; null if none is known. */
    public @Nullable Long average(NodeId peer) {
        Peer p = peers.get(peer);
        return p == null || p.average == 0 ? null : Long.valueOf(p.average);
    }
}
