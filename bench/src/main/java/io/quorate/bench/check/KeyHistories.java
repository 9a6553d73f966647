package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients did to keys where concurrent writes stay as siblings, what they were told of it, and what they were shown;
 * and in the end, whether all of that fits together. It looks from outside, at values alone: every write bears a number of
 * its own within its key, and a context stands for the writes that its holder was shown and all that those had replaced.
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
        public static final Seen NOTHING = new Seen(new BitSet());

        private final BitSet numbers;

        private Seen(BitSet numbers) {
            this.numbers = numbers;
        }
    }

    private record Read(BitSet shown, long begun, long ended) {}

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
        public Seen after() {
            BitSet numbers = (BitSet) seen.numbers.clone();
            numbers.set(number);
            return new Seen(numbers);
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

    /** What the context of an answer stands for that shows these writes. */
    public synchronized Seen shown(String key, Collection<Integer> numbers) {
        BitSet all = new BitSet();
        History history = keys.computeIfAbsent(key, k -> new History());
        for (int number : numbers) {
            all.set(number);
            if (number < history.writes.size()) {
                all.or(history.writes.get(number).seen.numbers);
            }
        }
        return new Seen(all);
    }

    /** A read of a quorum of homes has shown these writes. */
    public synchronized void read(String key, Collection<Integer> numbers, long begun, long ended) {
        BitSet shown = new BitSet();
        numbers.forEach(shown::set);
        keys.computeIfAbsent(key, k -> new History()).reads.add(new Read(shown, begun, ended));
    }

    /** Writes begun so far, deletes included. */
    public synchronized long writes() {
        return keys.values().stream().mapToLong(history -> history.writes.size()).sum();
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
    public synchronized List<String> check(Map<String, ? extends Collection<Integer>> finals) {
        List<String> wrong = new ArrayList<>();
        keys.forEach((key, history) -> {
            Collection<Integer> last = finals.get(key);
            if (last == null) {
                wrong.add("nothing is known of " + key + " in the end");
                return;
            }
            BitSet shown = new BitSet();
            last.forEach(shown::set);
            Replacements replaced = new Replacements(history.writes);
            check("in the end", history, replaced, new Read(shown, Long.MAX_VALUE - 2, Long.MAX_VALUE - 1), wrong);
            for (Read read : history.reads) {
                check("in a read", history, replaced, read, wrong);
            }
        });
        return wrong;
    }

    private static void check(
            String when, History history, Replacements replaced, Read read, List<String> wrong) {
        for (int number = read.shown().nextSetBit(0); number >= 0; number = read.shown().nextSetBit(number + 1)) {
            if (number >= history.writes.size()) {
                wrong.add(when + " something is shown that nobody wrote: number " + number);
                continue;
            }
            Write write = history.writes.get(number);
            if (!write.mayHaveHappened() || write.begun > read.ended()) {
                wrong.add(when + " something is shown that did not happen: " + write);
            } else if (replaced.surely[number] < read.begun()) {
                wrong.add(when + " something comes back that had been replaced: " + write);
            }
        }
        for (Write write : history.writes) {
            boolean due = write.held && !write.delete && write.ended < read.begun();
            if (due && !read.shown().get(write.number) && replaced.maybe[write.number] > read.ended()) {
                wrong.add(when + " something is lost that was acknowledged: " + write);
            }
        }
    }

    /** When each write of a key may first have been replaced, and when it surely was. */
    private static final class Replacements {
        private final long[] maybe;
        private final long[] surely;

        private Replacements(List<Write> writes) {
            maybe = new long[writes.size()];
            surely = new long[writes.size()];
            Arrays.fill(maybe, Long.MAX_VALUE);
            Arrays.fill(surely, Long.MAX_VALUE);
            for (Write write : writes) {
                BitSet over = write.seen.numbers;
                for (int number = over.nextSetBit(0);
                        number >= 0 && write.mayHaveHappened();
                        number = over.nextSetBit(number + 1)) {
                    if (number < maybe.length) {
                        maybe[number] = Math.min(maybe[number], write.begun);
                        surely[number] = write.held ? Math.min(surely[number], write.ended) : surely[number];
                    }
                }
            }
        }
    }
}
