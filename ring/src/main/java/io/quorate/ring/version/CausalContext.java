package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * A set of dots that its holder knows of: a vector, and single dots beyond it. Kept normal (dots sorted, none inside the
 * vector, none adjoining it), so equal sets are equal values.
 *
 * <p>Condition C2: a context covers exactly what its holder was shown. A writer's own new dot therefore stands beside the
 * vector: raising the vector to it would claim every earlier dot of that actor too, and the next write would drop
 * siblings which the writer never saw.
 *
 * <p>It also carries the highest hybrid time that its holder was shown, deletes included (rule V6). That is no claim to
 * have seen anything, only what a later stamp has to exceed: too high a time does no harm, so joining and intersecting both
 * take the higher one, and covering does not look at it.
 */
public final class CausalContext {
    public static final CausalContext EMPTY =
            new CausalContext(VersionVector.EMPTY, ImmutableList.of(), HybridTime.NONE);

    private final VersionVector vector;
    private final ImmutableList<Dot> dots;
    private final HybridTime time;

    private CausalContext(VersionVector vector, ImmutableList<Dot> dots, HybridTime time) {
        this.vector = vector;
        this.dots = dots;
        this.time = time;
    }

    public static CausalContext of(VersionVector vector, Collection<Dot> dots) {
        return of(vector, dots, HybridTime.NONE);
    }

    public static CausalContext of(VersionVector vector, Collection<Dot> dots, HybridTime time) {
        if (dots.isEmpty()) {
            return made(vector, ImmutableList.of(), time);
        }
        return ofSorted(vector, new TreeSet<>(dots), time);
    }

    /**
     * The same for dots that are sorted.
     *
     * @param dots in order; one may stand twice
     */
    static CausalContext ofSorted(VersionVector vector, Collection<Dot> dots, HybridTime time) {
        if (dots.isEmpty()) {
            return made(vector, ImmutableList.of(), time);
        }
        VersionVector grown = vector;
        List<Dot> left = new ArrayList<>(dots.size());
        for (Dot dot : dots) {
            long counter = grown.get(dot.actor());
            if (dot.counter() == counter + 1) {
                grown = grown.with(dot.actor(), dot.counter());
            } else if (dot.counter() > counter
                    && (left.isEmpty() || !left.get(left.size() - 1).equals(dot))) {
                left.add(dot);
            }
        }
        return made(grown, ImmutableList.copyOf(left), time);
    }

    private static CausalContext made(VersionVector vector, ImmutableList<Dot> dots, HybridTime time) {
        return vector.isEmpty() && dots.isEmpty() && time.isNone() ? EMPTY : new CausalContext(vector, dots, time);
    }

    public static CausalContext of(VersionVector vector) {
        return of(vector, ImmutableList.of());
    }

    public VersionVector vector() {
        return vector;
    }

    /** The dots beyond the vector, sorted. */
    public ImmutableList<Dot> dots() {
        return dots;
    }

    /** The highest hybrid time that the holder was shown. */
    public HybridTime time() {
        return time;
    }

    /** This context with a time of at least {@code seen}. */
    public CausalContext atLeast(HybridTime seen) {
        return seen.isAfter(time) ? new CausalContext(vector, dots, seen) : this;
    }

    /** The same dots and no time. */
    public CausalContext withoutTime() {
        return time.isNone() ? this : made(vector, dots, HybridTime.NONE);
    }

    /** Whether it covers no dot and bears no time. */
    public boolean isEmpty() {
        return vector.isEmpty() && dots.isEmpty() && time.isNone();
    }

    public boolean covers(Dot dot) {
        return vector.covers(dot) || hasDot(dot);
    }

    /** Whether a dot is one of the single dots. */
    private boolean hasDot(Dot dot) {
        return !dots.isEmpty() && Collections.binarySearch(dots, dot) >= 0;
    }

    /** Whether the dots {@code from} to {@code to} of an actor, both included, are all covered. */
    public boolean coversRange(ActorId actor, long from, long to) {
        for (long counter = Math.max(from, vector.get(actor) + 1); counter <= to; counter++) {
            if (!hasDot(new Dot(actor, counter))) {
                return false;
            }
        }
        return true;
    }

    public boolean covers(CausalContext other) {
        if (!vector.covers(other.vector)) {
            return other.vector.isEmpty() ? coversAll(other.dots) : coversVectorByDots(other) && coversAll(other.dots);
        }
        return coversAll(other.dots);
    }

    private boolean coversAll(Collection<Dot> all) {
        for (Dot dot : all) {
            if (!covers(dot)) {
                return false;
            }
        }
        return true;
    }

    /** A normal context covers no whole range by single dots unless the range has length one and starts above 1. */
    private boolean coversVectorByDots(CausalContext other) {
        for (int i = 0; i < other.vector.size(); i++) {
            ActorId actor = other.vector.actor(i);
            long to = other.vector.counter(i);
            for (long c = vector.get(actor) + 1; c <= to; c++) {
                if (!hasDot(new Dot(actor, c))) {
                    return false;
                }
            }
        }
        return true;
    }

    public CausalContext merge(CausalContext other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        if (other.dots.isEmpty() && vector.covers(other.vector)) {
            return atLeast(other.time);
        }
        if (dots.isEmpty() && other.vector.covers(vector)) {
            return other.atLeast(time);
        }
        return ofSorted(vector.merge(other.vector), mergeSorted(dots, other.dots), time.max(other.time));
    }

    private static List<Dot> mergeSorted(List<Dot> a, List<Dot> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? b : a;
        }
        List<Dot> all = new ArrayList<>(a.size() + b.size());
        int i = 0;
        int j = 0;
        while (i < a.size() && j < b.size()) {
            all.add(a.get(i).compareTo(b.get(j)) <= 0 ? a.get(i++) : b.get(j++));
        }
        all.addAll(a.subList(i, a.size()));
        all.addAll(b.subList(j, b.size()));
        return all;
    }

    /** What both know of. */
    public CausalContext intersect(CausalContext other) {
        if (equals(other)) {
            return this;
        }
        List<Dot> both = new ArrayList<>();
        for (Dot dot : dots) {
            if (other.covers(dot)) {
                both.add(dot);
            }
        }
        for (Dot dot : other.dots) {
            if (vector.covers(dot)) {
                both.add(dot);
            }
        }
        return of(vector.lesser(other.vector), both, time.max(other.time));
    }

    public CausalContext with(Dot dot) {
        if (covers(dot)) {
            return this;
        }
        return ofSorted(vector, mergeSorted(dots, List.of(dot)), time);
    }

    /** Condition C5: this context together with all that {@code base} covers. */
    public CausalContext fill(VersionVector base) {
        return vector.covers(base) ? this : ofSorted(vector.merge(base), dots, time);
    }

    /** Condition C4: what of this context {@code base}, a contiguous base and nothing more, does not cover; the time stays. */
    public CausalContext strip(VersionVector base) {
        VersionVector left = vector.above(base);
        if (dots.isEmpty()) {
            return made(left, ImmutableList.of(), time);
        }
        List<Dot> leftDots = new ArrayList<>(dots.size());
        for (Dot dot : dots) {
            if (!base.covers(dot)) {
                leftDots.add(dot);
            }
        }
        return made(left, ImmutableList.copyOf(leftDots), time);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CausalContext c && vector.equals(c.vector) && dots.equals(c.dots) && time.equals(c.time);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * vector.hashCode() + dots.hashCode()) + time.hashCode();
    }

    @Override
    public String toString() {
        return vector + (dots.isEmpty() ? "" : " and " + dots) + (time.isNone() ? "" : " at " + time);
    }
}
