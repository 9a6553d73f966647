package io.quorate.client.http.engine;

import java.util.BitSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Timers of one thread: a hashed wheel (Varghese and Lauck 1987, scheme 6) with ticks of 1 ms, so that setting and
 * stopping a timer are cheap. A timer rings at its time or up to a tick later, never before.
 */
final class TimerWheel {
    private static final long TICK_NANOS = 1_000_000;
    private static final int SLOTS = 1024;

    private final long originNanos;
    private final @Nullable Entry[] slots = new @Nullable Entry[SLOTS];
    private final BitSet occupied = new BitSet(SLOTS);
    private long tick;

    TimerWheel(long nowNanos) {
        originNanos = nowNanos;
    }

    /** One set timer. */
    final class Entry implements Loop.Timer {
        private final long dueTick;
        private final Runnable action;
        private @Nullable Entry before;
        private @Nullable Entry after;
        private boolean set = true;

        private Entry(long dueTick, Runnable action) {
            this.dueTick = dueTick;
            this.action = action;
        }

        @Override
        public void stop() {
            if (set) {
                unlink(this);
            }
        }
    }

    Entry set(long dueNanos, Runnable action) {
        long due = Math.max(tick + 1, Math.floorDiv(dueNanos - originNanos + TICK_NANOS - 1, TICK_NANOS));
        Entry entry = new Entry(due, action);
        int slot = slotOf(due);
        Entry first = slots[slot];
        entry.after = first;
        if (first != null) {
            first.before = entry;
        }
        slots[slot] = entry;
        occupied.set(slot);
        return entry;
    }

    /**
     * Rings what is due.
     *
     * @param runner runs each action and throws nothing, so that a broken one keeps no other from ringing
     */
    void advance(long nowNanos, Consumer<Runnable> runner) {
        long now = Math.floorDiv(nowNanos - originNanos, TICK_NANOS);
        // After a long sleep one round shows every slot.
        long from = Math.max(tick + 1, now - SLOTS + 1);
        tick = Math.max(tick, now);
        for (long each = from; each <= now; each++) {
            if (occupied.get(slotOf(each))) {
                ring(slotOf(each), now, runner);
            }
        }
    }

    private void ring(int slot, long now, Consumer<Runnable> runner) {
        Entry due = takeDue(slot, now);
        while (due != null) {
            Entry next = due.after;
            due.after = null;
            runner.accept(due.action);
            due = next;
        }
    }

    private @Nullable Entry takeDue(int slot, long now) {
        Entry due = null;
        Entry entry = slots[slot];
        while (entry != null) {
            Entry next = entry.after;
            if (entry.dueTick <= now) {
                unlink(entry);
                entry.after = due;
                due = entry;
            }
            entry = next;
        }
        return due;
    }

    /** Milliseconds until something may be due, at most one round; -1 if nothing is set. */
    long millisToNext() {
        if (occupied.isEmpty()) {
            return -1;
        }
        int first = slotOf(tick + 1);
        int slot = occupied.nextSetBit(first);
        if (slot < 0) {
            slot = occupied.nextSetBit(0) + SLOTS;
        }
        return slot - first + 1L;
    }

    private void unlink(Entry entry) {
        Entry before = entry.before;
        Entry after = entry.after;
        int slot = slotOf(entry.dueTick);
        if (before == null) {
            slots[slot] = after;
        } else {
            before.after = after;
        }
        if (after != null) {
            after.before = before;
        }
        if (slots[slot] == null) {
            occupied.clear(slot);
        }
        entry.before = null;
        entry.after = null;
        entry.set = false;
    }

    private static int slotOf(long tick) {
        return (int) (tick & (SLOTS - 1));
    }
}
