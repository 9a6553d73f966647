package io.quorate.bench.sim;

import java.util.PriorityQueue;

/** What happens when, in virtual nanoseconds; equal times in the order in which they were planned. */
public final class Agenda {
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long now;
    private long sequence;

    private record Entry(long time, long sequence, Runnable action) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    public long now() {
        return now;
    }

    public void at(long time, Runnable action) {
        entries.add(new Entry(Math.max(time, now), sequence++, action));
    }

    public void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    /** Lets everything happen up to a moment. */
    public void runUntil(long end) {
        for (Entry next = entries.peek(); next != null && next.time() <= end; next = entries.peek()) {
            entries.poll();
            now = next.time();
            next.action().run();
        }
        now = end;
    }
}
