package io.quorate.node.protocol.group;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;

/** How long a leader's entries take from being proposed to being committed: one figure for all that were proposed together. */
final class CommitTimes {
    /** Proposals that are timed at once; others go by untimed. */
    private static final int TIMED_MAX = 1024;

    private record Proposed(long last, long at) {}

    private final Deque<Proposed> open = new ArrayDeque<>();
    private long last;

    /** Entries up to an index have been proposed; none if they were before. */
    void proposed(long index, long now) {
        if (index > last && open.size() < TIMED_MAX) {
            open.add(new Proposed(index, now));
        }
        last = index;
    }

    /** Tells the nanoseconds of all that is committed by now. */
    void committed(long index, long now, LongConsumer nanos) {
        while (!open.isEmpty() && open.peekFirst().last() <= index) {
            nanos.accept(now - open.removeFirst().at());
        }
    }

    /** This node leads no more: what becomes of the rest is nothing that it timed. */
    void forget() {
        open.clear();
        last = 0;
    }
}
