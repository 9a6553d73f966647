package io.quorate.bench.check;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients did to keys where concurrent writes stay as siblings, what they were told of it, and what they were shown;
 * and in the end, whether all of that fits together. It looks from outside: every write bears a number of its own within
 * its key, and a context stands for the writes that its holder was shown and all that those had replaced. A write that its
 * client had to repeat may have been taken twice, as two versions; whoever saw one of them has not replaced the other.
 *
 * <p>Writes that were kept by too few homes to survive what happened to the disks promise nothing ({@link Write#acknowledge}
 * says so); whatever was acknowledged otherwise is there in the end, or something replaced it. Reads of a quorum of homes
 * are held to the same, at the moment they were made.
 *
 * <p>For several threads. Times are nanoseconds of one clock.
 */
public final class KeyHistories {
    private final Map<String, History> keys = new LinkedHashMap<>();

    /** How a write ended, as far as its client knows. */
    private enum Outcome {
        UNKNOWN,
        ACKNOWLEDGED,
        NOT_APPLIED
    }

    private static final class History {
        private final List<Write> writes = new ArrayList<>();
        private final List<Read> reads = new ArrayList<>();
    }

    /** What the holder of a context was shown of a key, and what that had replaced. Immutable. */
    public static final class Seen {
        public static final Seen NOTHING = new Seen(new BitSet(), CausalContext.EMPTY);

        private final BitSet numbers;
        private final CausalContext context;

        private Seen(BitSet numbers, CausalContext context) {
            this.numbers = numbers;
            this.context = context;
        }
    }

    /** A live version of an answer: the number of its write, and its dot. */
    public record Shown(int number, Dot dot) {}

    private record Read(List<Shown> shown, long begun, long ended) {
        private boolean shows(int number) {
            return shown.stream().anyMatch(each -> each.number() == number);
        }
    }

    /** One write or delete of one key. */
    public final class Write {
        private final String key;
        private final int number;
        private final boolean delete;
        private final Seen seen;
        private final long begun;
        private long ended = Long.MAX_VALUE;
        private Outcome outcome = Outcome.UNKNOWN;
        private boolean held;

        private Write(String key, int number, boolean delete, Seen seen, long begun) {
            this.key = key;
            this.number = number;
            this.delete = delete;
            this.seen = seen;
            this.begun = begun;
        }

        /** Its number within its key, which its value has to tell; deletes have one too. */
        public int number() {
            return number;
        }

        /**
         * The client was told that it is done.
         *
         * @param isHeld whether so many homes have it that nothing that may happen makes them all lose it
         */
        public void acknowledge(boolean isHeld, long now) {
            synchronized (KeyHistories.this) {
                outcome = Outcome.ACKNOWLEDGED;
                held = isHeld;
                ended = now;
            }
        }

        /** The client was told that it has not happened, and never will. */
        public void refuse() {
            synchronized (KeyHistories.this) {
                outcome = Outcome.NOT_APPLIED;
            }
        }

        /** What the context of its answer stands for: what it was made over, and itself. */
        public Seen after(CausalContext context) {
            BitSet numbers = (BitSet) seen.numbers.clone();
            numbers.set(number);
            return new Seen(numbers, context);
        }

        /** Whether nobody may see a version any more that this write was made over. */
        private boolean hasReplaced(Shown version, long before) {
            return held && ended < before && seen.numbers.get(version.number()) && seen.context.covers(version.dot());
        }

        private boolean mayHaveHappened() {
            return outcome != Outcome.NOT_APPLIED;
        }

        @Override
        public String toString() {
            return (delete ? "delete " : "write ") + number + " of " + key + " (" + outcome + ", over " + seen.numbers
                    + ")";
        }
    }

    /** A client is about to write, over what it has seen. */
    public synchronized Write begin(String key, boolean delete, Seen seen, long now) {
        History history = keys.computeIfAbsent(key, k -> new History());
        Write write = new Write(key, history.writes.size(), delete, seen, now);
        history.writes.add(write);
        return write;
    }

    /** What the context of an answer stands for that shows these versions. */
    public synchronized Seen seen(String key, Collection<Shown> versions, CausalContext context) {
        BitSet all = new BitSet();
        History history = keys.computeIfAbsent(key, k -> new History());
        for (Shown version : versions) {
            all.set(version.number());
            if (version.number() < history.writes.size()) {
                all.or(history.writes.get(version.number()).seen.numbers);
            }
        }
        return new Seen(all, context);
    }

    /** A read of a quorum of homes has shown these versions. */
    public synchronized void read(String key, Collection<Shown> versions, long begun, long ended) {
        keys.computeIfAbsent(key, k -> new History()).reads.add(new Read(List.copyOf(versions), begun, ended));
    }

    /** Writes begun so far, deletes included. */
    public synchronized long writes() {
        return keys.values().stream()
                .mapToLong(history -> history.writes.size())
                .sum();
    }

    /** Reads of a quorum so far. */
    public synchronized long reads() {
        return keys.values().stream().mapToLong(history -> history.reads.size()).sum();
    }

    public synchronized List<String> keys() {
        return List.copyOf(keys.keySet());
    }

    /**
     * Holds everything against what keys show in the end, when all homes agree and nothing is under way.
     *
     * @return what does not fit, in words; empty if all does
     */
    public synchronized List<String> check(Map<String, ? extends Collection<Shown>> finals) {
        List<String> wrong = new ArrayList<>();
        keys.forEach((key, history) -> {
            Collection<Shown> last = finals.get(key);
            if (last == null) {
                wrong.add("nothing is known of " + key + " in the end");
                return;
            }
            long[] replaced = replacedFrom(history.writes);
            Read end = new Read(List.copyOf(last), Long.MAX_VALUE - 2, Long.MAX_VALUE - 1);
            check("in the end", history, replaced, end, wrong);
            for (Read read : history.reads) {
                check("in a read", history, replaced, read, wrong);
            }
        });
        return wrong;
    }

    private static void check(String when, History history, long[] replaced, Read read, List<String> wrong) {
        for (Shown version : read.shown()) {
            if (version.number() < 0 || version.number() >= history.writes.size()) {
                wrong.add(when + " something is shown that nobody wrote: number " + version.number());
                continue;
            }
            Write write = history.writes.get(version.number());
            if (!write.mayHaveHappened() || write.begun > read.ended()) {
                wrong.add(when + " something is shown that did not happen: " + write);
            }
            for (Write other : history.writes) {
                if (other.hasReplaced(version, read.begun())) {
                    wrong.add(when + " something comes back: " + write + " as " + version.dot() + ", which " + other
                            + " had replaced");
                    break;
                }
            }
        }
        for (Write write : history.writes) {
            boolean due = write.held && !write.delete && write.ended < read.begun();
            if (due && !read.shows(write.number) && replaced[write.number] > read.ended()) {
                wrong.add(when + " something is lost that was acknowledged: " + write);
            }
        }
    }

    /** When each write of a key may first have been replaced. */
    private static long[] replacedFrom(List<Write> writes) {
        long[] from = new long[writes.size()];
        Arrays.fill(from, Long.MAX_VALUE);
        for (Write write : writes) {
            BitSet over = write.seen.numbers;
            for (int number = over.nextSetBit(0);
                    number >= 0 && number < from.length && write.mayHaveHappened();
                    number = over.nextSetBit(number + 1)) {
                from[number] = Math.min(from[number], write.begun);
            }
        }
        return from;
    }
}
