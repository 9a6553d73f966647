package io.quorate.node.protocol.antientropy;

import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which home is compared with which other next: those marked as behind first, then those not compared for longest. A round
 * that came to nothing is tried again after a while, later each time.
 */
public final class Schedule {
    private static final int BACKOFF_MAX = 4;
    private static final int PAUSES_MAX = 10;

    private final ExchangeSettings settings;
    private final Map<Pair, Standing> standings = new TreeMap<>();

    /** A replica set of this node and another home of it. */
    public record Pair(ReplicaSetId set, NodeId peer) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int bySet = set.compareTo(other.set);
            return bySet != 0 ? bySet : peer.compareTo(other.peer);
        }
    }

    /** How a pair stands. */
    public static final class Standing {
        private boolean completed;
        private long completedAt;
        private long completedWallMillis;
        private boolean marked;
        private boolean wasMarked;
        private boolean running;
        private long notBefore;
        private boolean waits;
        private boolean putOff;
        private long putOffSince;
        private int failures;
        private String reason = "";
        private final Findings findings = new Findings();

        public boolean running() {
            return running;
        }

        private void complete(long now, long wallMillis) {
            completed = true;
            completedAt = now;
            completedWallMillis = wallMillis;
            failures = 0;
            waits = false;
            putOff = false;
        }

        /** Why the last round came to nothing; empty if it did not. */
        public String reason() {
            return reason;
        }

        /** Wall clock; 0 if no round has been completed since the start. */
        public long completedWallMillis() {
            return completedWallMillis;
        }

        /** Of all rounds that have ended. */
        public Findings findings() {
            return findings;
        }
    }

    public Schedule(ExchangeSettings settings) {
        this.settings = settings;
    }

    /** Adds a pair, which is due at once, if it is new. */
    public void add(Pair pair) {
        standings.putIfAbsent(pair, new Standing());
    }

    public Map<Pair, Standing> standings() {
        return standings;
    }

    /** Has these compared before all others and whatever the interval. */
    public void mark(Predicate<Pair> pairs) {
        standings.forEach((pair, standing) -> {
            if (pairs.test(pair)) {
                standing.marked = true;
                standing.waits = false;
            }
        });
    }

    /** Has these compared before others, those that came to nothing after their pause. */
    public void want(Predicate<Pair> pairs) {
        standings.forEach((pair, standing) -> standing.marked |= !standing.running && pairs.test(pair));
    }

    /** The pair to be compared now, which counts as running from here on; null if none is due. */
    public @Nullable Pair next(long now, Predicate<NodeId> reachable) {
        Pair best = null;
        Standing chosen = null;
        for (Map.Entry<Pair, Standing> entry : standings.entrySet()) {
            Standing standing = entry.getValue();
            if (standing.running
                    || (standing.waits && now - standing.notBefore < 0)
                    || !reachable.test(entry.getKey().peer())
                    || !isDue(standing, now)) {
                continue;
            }
            if (chosen == null || isBefore(standing, chosen)) {
                best = entry.getKey();
                chosen = standing;
            }
        }
        if (chosen != null) {
            chosen.running = true;
            chosen.wasMarked = chosen.marked;
            // Whoever marks it from now on means what this round may not see any more.
            chosen.marked = false;
        }
        return best;
    }

    /** Whether a pair is to be compared as soon as it can be. */
    public boolean isDue(Pair pair, long now) {
        Standing standing = standings.get(pair);
        return standing != null && isDue(standing, now);
    }

    private boolean isDue(Standing standing, long now) {
        return standing.marked
                || (settings.isOn() && (!standing.completed || now - standing.completedAt >= settings.intervalNanos()));
    }

    private static boolean isBefore(Standing a, Standing b) {
        if (a.marked != b.marked) {
            return a.marked;
        }
        if (a.marked && a.failures != b.failures) {
            // Those that come to nothing must not have the others wait for them.
            return a.failures < b.failures;
        }
        if (a.completed != b.completed) {
            return !a.completed;
        }
        return a.completed && a.completedAt - b.completedAt < 0;
    }

    /** A round cannot begin or go on now, through nobody's fault; {@code draw} tells apart those that met. */
    public void putOff(Pair pair, long now, long draw) {
        Standing standing = standings.get(pair);
        if (standing != null) {
            standing.running = false;
            standing.marked |= standing.wasMarked;
            standing.notBefore = now + settings.pauseNanos() + Math.floorMod(draw, settings.pauseNanos());
            standing.waits = true;
            standing.putOffSince = standing.putOff ? standing.putOffSince : now;
            standing.putOff = true;
        }
    }

    /**
     * Whether a round has been put off for so long that it is to begin though others are asking this home: they find it
     * different each time, and would go on.
     */
    public boolean hasWaited(Pair pair, long now) {
        Standing standing = standings.get(pair);
        return standing != null && standing.putOff && now - standing.putOffSince >= PAUSES_MAX * settings.pauseNanos();
    }

    /** A round cannot begin while another of the same replica goes on: it is next when that has ended. */
    public void skip(Pair pair, long now) {
        Standing standing = standings.get(pair);
        if (standing != null) {
            standing.running = false;
            standing.marked |= standing.wasMarked;
            standing.notBefore = now + 1;
            standing.waits = true;
        }
    }

    /** A round has ended. */
    public void ended(Pair pair, Round round, long now, long wallMillis) {
        Standing standing = standings.get(pair);
        if (standing == null) {
            return;
        }
        standing.running = false;
        standing.putOff = false;
        standing.findings.add(round.findings());
        standing.reason = round.reason();
        if (round.stage() == Stage.COMPLETE) {
            standing.complete(now, wallMillis);
        } else {
            standing.notBefore = now + (settings.retryNanos() << Math.min(standing.failures, BACKOFF_MAX));
            standing.waits = true;
            standing.marked |= standing.wasMarked;
            standing.failures++;
        }
    }

    /**
     * The other home of a pair has asked, and both were found equal: this home need not ask too, unless something has
     * happened since the last time.
     */
    public void foundEqual(Pair pair, long now, long wallMillis) {
        Standing standing = standings.get(pair);
        if (standing != null && !standing.running && !standing.marked) {
            standing.reason = "";
            standing.complete(now, wallMillis);
        }
    }

    /** How long ago the pair that was longest not compared was, in nanoseconds; -1 if some pair never was. */
    public long oldestAge(long now) {
        long oldest = 0;
        for (Standing standing : standings.values()) {
            if (!standing.completed) {
                return -1;
            }
            oldest = Math.max(oldest, now - standing.completedAt);
        }
        return oldest;
    }
}
