package io.quorate.ring.version;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every dot whose effect one replica of a partition has applied: for each actor a contiguous base (dots 1 to n) and the
 * ranges applied beyond it. Mutable, for one thread.
 *
 * <p>Condition C3: a dot enters only in the batch that applies its effect. Only the base may vouch for a dot that is not
 * seen in a key's own context (condition C4): the ranges say that some later dots were applied, and nothing of the gap.
 *
 * <p>After the bitmapped version vectors of Goncalves et al., "DottedDB" (2017), with ranges in place of bitmaps so that
 * one long gap costs as little as a short one.
 */
public final class PartitionClock {
    private final NavigableMap<ActorId, Entry> entries = new TreeMap<>();
    private VersionVector base = VersionVector.EMPTY;
    private HybridTime time = HybridTime.NONE;

    /** Adds one applied dot; false if it was known. */
    public boolean add(Dot dot) {
        Entry entry = entries.computeIfAbsent(dot.actor(), a -> new Entry());
        long before = entry.base;
        if (!entry.add(dot.counter(), dot.counter())) {
            return false;
        }
        if (entry.base != before) {
            base = base.with(dot.actor(), entry.base);
        }
        return true;
    }

    /** Adds the dots {@code from} to {@code to} of an actor, both included. */
    public void addRange(ActorId actor, long from, long to) {
        if (from < 1 || to < from) {
            throw new IllegalArgumentException("range " + from + " to " + to);
        }
        Entry entry = entries.computeIfAbsent(actor, a -> new Entry());
        entry.add(from, to);
        if (entry.base > 0) {
            base = base.with(actor, entry.base);
        }
    }

    /**
     * The highest hybrid time of all that was applied, deletes included. It does for stamps what the base does for dots:
     * a key whose versions are all gone need not remember the time of its last delete, as every new stamp of the partition
     * exceeds this one. Whoever merges clocks raises it too.
     */
    public HybridTime time() {
        return time;
    }

    public void raiseTime(HybridTime seen) {
        time = time.max(seen);
    }

    public boolean contains(Dot dot) {
        Entry entry = entries.get(dot.actor());
        return entry != null && entry.contains(dot.counter());
    }

    /** Whether every dot of {@code other} is in this clock, and its time is not above this one's. */
    public boolean covers(PartitionClock other) {
        boolean[] all = {!other.time.isAfter(time)};
        other.forEachRange((actor, from, to) -> {
            Entry entry = entries.get(actor);
            all[0] &= entry != null && entry.containsAll(from, to);
        });
        return all[0];
    }

    /** Whether every dot of one actor that is in {@code other} is in this clock too. */
    public boolean covers(PartitionClock other, ActorId actor) {
        Entry theirs = other.entries.get(actor);
        if (theirs == null) {
            return true;
        }
        Entry entry = entries.get(actor);
        return entry != null
                && (theirs.base == 0 || entry.containsAll(1, theirs.base))
                && theirs.beyond.entrySet().stream()
                        .allMatch(range -> entry.containsAll(range.getKey(), range.getValue()));
    }

    /**
     * Takes every dot of another clock. By rules E1 to E4 only in the batch that also holds what those dots brought about;
     * Goncalves et al. (2017) merge it after every round.
     */
    public void merge(PartitionClock other) {
        other.forEachRange(this::addRange);
        raiseTime(other.time);
    }

    /** A 64-bit digest: equal for equal clocks, and for others almost never. */
    public long digest() {
        Hasher hasher = Hashing.murmur3_128().newHasher();
        forEachRange((actor, from, to) -> hasher.putUnencodedChars(actor.node().value())
                .putLong(actor.incarnation())
                .putLong(from)
                .putLong(to));
        return hasher.putLong(time.packed()).hash().asLong();
    }

    /** The last dot of the contiguous run from 1; 0 if dot 1 has not been applied. */
    public long base(ActorId actor) {
        return base.get(actor);
    }

    /** The bases of all actors: the only part of a clock that contexts are stripped and filled by. */
    public VersionVector base() {
        return base;
    }

    /** The highest applied dot of an actor, 0 if none. */
    public long top(ActorId actor) {
        Entry entry = entries.get(actor);
        if (entry == null) {
            return 0;
        }
        return entry.beyond.isEmpty() ? entry.base : entry.beyond.lastEntry().getValue();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The actors of whom any dot was applied. */
    public Set<ActorId> actors() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** The actors of whom later dots were applied than one that was not. */
    public List<ActorId> gapped() {
        List<ActorId> gapped = new ArrayList<>();
        entries.forEach((actor, entry) -> {
            if (!entry.beyond.isEmpty()) {
                gapped.add(actor);
            }
        });
        return gapped;
    }

    /** What this clock has of one actor, without a time. */
    public PartitionClock of(ActorId actor) {
        PartitionClock part = new PartitionClock();
        Entry entry = entries.get(actor);
        if (entry != null) {
            entry.forEachRange(actor, part::addRange);
        }
        return part;
    }

    /** Calls {@code visitor} for every actor's base (from 1) and every range beyond it, in order. */
    public void forEachRange(RangeVisitor visitor) {
        entries.forEach((actor, entry) -> entry.forEachRange(actor, visitor));
    }

    public PartitionClock copy() {
        PartitionClock copy = new PartitionClock();
        forEachRange(copy::addRange);
        copy.raiseTime(time);
        return copy;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PartitionClock c && toString().equals(c.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        forEachRange((actor, from, to) -> text.append(text.length() > 1 ? " " : "")
                .append(new Dot(actor, from))
                .append("..")
                .append(to));
        return text.append(']').append(time.isNone() ? "" : " at " + time).toString();
    }

    /** Receives the ranges of a clock. */
    public interface RangeVisitor {
        void range(ActorId actor, long from, long to);
    }

    private static final class Entry {
        private long base;
        private final NavigableMap<Long, Long> beyond = new TreeMap<>();

        private void forEachRange(ActorId actor, RangeVisitor visitor) {
            if (base > 0) {
                visitor.range(actor, 1, base);
            }
            beyond.forEach((from, to) -> visitor.range(actor, from, to));
        }

        private boolean contains(long counter) {
            if (counter <= base || beyond.isEmpty()) {
                return counter <= base;
            }
            Map.Entry<Long, Long> range = beyond.floorEntry(counter);
            return range != null && range.getValue() >= counter;
        }

        private boolean containsAll(long from, long to) {
            if (to <= base) {
                return true;
            }
            // The run from the base on and a range beyond never adjoin.
            Map.Entry<Long, Long> range = from <= base ? null : beyond.floorEntry(from);
            return range != null && range.getValue() >= to;
        }

        private boolean add(long first, long last) {
            long from = Math.max(first, base + 1);
            long to = last;
            if (to < from) {
                return false;
            }
            if (from == base + 1 && beyond.isEmpty()) {
                base = to;
                return true;
            }
            Map.Entry<Long, Long> below = beyond.floorEntry(from);
            if (below != null && below.getValue() >= to) {
                return false;
            }
            if (below != null && below.getValue() >= from - 1) {
                from = below.getKey();
            }
            Map.Entry<Long, Long> next = beyond.ceilingEntry(from);
            while (next != null && next.getKey() <= to + 1) {
                to = Math.max(to, next.getValue());
                beyond.remove(next.getKey());
                next = beyond.ceilingEntry(from);
            }
            if (from == base + 1) {
                base = to;
            } else {
                beyond.put(from, to);
            }
            return true;
        }
    }
}
