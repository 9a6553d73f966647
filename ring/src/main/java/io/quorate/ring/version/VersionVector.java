package io.quorate.ring.version;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;

/**
 * For each actor a counter n, standing for its dots 1 to n (Parker et al., 1983). Immutable; actors sorted; no zero
 * entries, so equal vectors are equal values.
 */
public final class VersionVector {
    public static final VersionVector EMPTY = new VersionVector(new ActorId[0], new long[0]);

    private static final int SCAN_MAX = 8;

    private final ActorId[] actors;
    private final long[] counters;

    private VersionVector(ActorId[] actors, long[] counters) {
        this.actors = actors;
        this.counters = counters;
    }

    /**
     * The vector of entries that are sorted already; takes the arrays over. Empty if they are not sorted, name an actor
     * twice or have a counter below 1.
     */
    static Optional<VersionVector> ofSorted(ActorId[] actors, long[] counters) {
        for (int i = 0; i < actors.length; i++) {
            if (counters[i] < 1 || (i > 0 && actors[i - 1].compareTo(actors[i]) >= 0)) {
                return Optional.empty();
            }
        }
        return Optional.of(actors.length == 0 ? EMPTY : new VersionVector(actors, counters));
    }

    public static VersionVector of(Map<ActorId, Long> entries) {
        SortedMap<ActorId, Long> sorted = new TreeMap<>();
        entries.forEach((actor, counter) -> {
            if (counter < 0) {
                throw new IllegalArgumentException("negative counter of " + actor);
            }
            if (counter > 0) {
                sorted.put(actor, counter);
            }
        });
        if (sorted.isEmpty()) {
            return EMPTY;
        }
        ActorId[] actors = sorted.keySet().toArray(new ActorId[0]);
        long[] counters = new long[actors.length];
        Arrays.setAll(counters, i -> sorted.getOrDefault(actors[i], 0L));
        return new VersionVector(actors, counters);
    }

    public int size() {
        return actors.length;
    }

    public boolean isEmpty() {
        return actors.length == 0;
    }

    public ActorId actor(int index) {
        return actors[index];
    }

    public long counter(int index) {
        return counters[index];
    }

    /** The counter of {@code actor}, 0 if it has no entry. */
    public long get(ActorId actor) {
        int index = indexOf(actor);
        return index < 0 ? 0 : counters[index];
    }

    /** Where an actor stands; negative if it has no entry. Few actors are found sooner by equality than by order. */
    private int indexOf(ActorId actor) {
        if (actors.length > SCAN_MAX) {
            return Arrays.binarySearch(actors, actor);
        }
        for (int i = 0; i < actors.length; i++) {
            if (actors[i].equals(actor)) {
                return i;
            }
        }
        return -1;
    }

    public boolean covers(Dot dot) {
        return dot.counter() <= get(dot.actor());
    }

    /** Whether every dot of {@code other} is one of this vector's. */
    public boolean covers(VersionVector other) {
        int i = 0;
        for (int j = 0; j < other.actors.length; j++) {
            while (i < actors.length && actors[i].compareTo(other.actors[j]) < 0) {
                i++;
            }
            if (i == actors.length || !actors[i].equals(other.actors[j]) || counters[i] < other.counters[j]) {
                return false;
            }
        }
        return true;
    }

    /** The least vector that covers both: the greater counter of every actor. */
    public VersionVector merge(VersionVector other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        // A replica that has seen all that its peer or a writer has is the usual case.
        if (covers(other)) {
            return this;
        }
        if (other.covers(this)) {
            return other;
        }
        ActorId[] mergedActors = new ActorId[actors.length + other.actors.length];
        long[] mergedCounters = new long[mergedActors.length];
        int i = 0;
        int j = 0;
        int size = 0;
        while (i < actors.length || j < other.actors.length) {
            int order;
            if (i == actors.length) {
                order = 1;
            } else if (j == other.actors.length) {
                order = -1;
            } else {
                order = actors[i].compareTo(other.actors[j]);
            }
            if (order < 0) {
                mergedActors[size] = actors[i];
                mergedCounters[size++] = counters[i++];
            } else if (order > 0) {
                mergedActors[size] = other.actors[j];
                mergedCounters[size++] = other.counters[j++];
            } else {
                mergedActors[size] = actors[i];
                mergedCounters[size++] = Math.max(counters[i++], other.counters[j++]);
            }
        }
        return new VersionVector(Arrays.copyOf(mergedActors, size), Arrays.copyOf(mergedCounters, size));
    }

    /** The greatest vector that both cover: the lesser counter of every actor. */
    public VersionVector lesser(VersionVector other) {
        if (equals(other)) {
            return this;
        }
        Map<ActorId, Long> least = new TreeMap<>();
        for (int i = 0; i < actors.length; i++) {
            least.put(actors[i], Math.min(counters[i], other.get(actors[i])));
        }
        return of(least);
    }

    /** This vector with {@code actor} raised to at least {@code counter}. */
    public VersionVector with(ActorId actor, long counter) {
        int index = indexOf(actor);
        if (index >= 0) {
            if (counters[index] >= counter) {
                return this;
            }
            long[] raised = counters.clone();
            raised[index] = counter;
            return new VersionVector(actors, raised);
        }
        return merge(new VersionVector(new ActorId[] {actor}, new long[] {counter}));
    }

    /** The entries that {@code base} does not reach: what is left when all that base covers is taken as known. */
    public VersionVector above(VersionVector base) {
        if (base.covers(this)) {
            return EMPTY;
        }
        int kept = 0;
        for (int i = 0; i < actors.length; i++) {
            if (counters[i] > base.get(actors[i])) {
                kept++;
            }
        }
        if (kept == actors.length) {
            return this;
        }
        ActorId[] leftActors = new ActorId[kept];
        long[] leftCounters = new long[kept];
        int size = 0;
        for (int i = 0; i < actors.length; i++) {
            if (counters[i] > base.get(actors[i])) {
                leftActors[size] = actors[i];
                leftCounters[size++] = counters[i];
            }
        }
        return new VersionVector(leftActors, leftCounters);
    }

    public void forEach(ObjLongConsumer<ActorId> action) {
        for (int i = 0; i < actors.length; i++) {
            action.accept(actors[i], counters[i]);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof VersionVector v && Arrays.equals(actors, v.actors) && Arrays.equals(counters, v.counters);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(actors) + Arrays.hashCode(counters);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("<");
        forEach((actor, counter) -> text.append(text.length() > 1 ? " " : "").append(new Dot(actor, counter)));
        return text.append('>').toString();
    }
}
