package io.quorate.node.protocol.group;

/**
 * What the logs of all groups of one node may take of its memory. A group alone may keep megabytes for members that are behind; a
 * thousand may not. From a quarter of the whole on each keeps its part of that quarter, so that all of them come to less than
 * two thirds; what is left is for writes that are under way, and when there is nothing left, more are refused.
 *
 * <p>Safe for many threads.
 */
public final class LogBudget {
    private static final int TIGHT_PARTS = 4;

    private final long bytes;
    private long held;
    private int groups;

    public LogBudget(long bytes) {
        this.bytes = bytes;
    }

    /** One that never refuses anything. */
    public static LogBudget unbounded() {
        return new LogBudget(Long.MAX_VALUE);
    }

    /** What all groups have in memory. */
    synchronized long held() {
        return held;
    }

    private synchronized void add(long more, int members) {
        held += more;
        groups += members;
    }

    private synchronized long keep(long usual) {
        long tight = bytes / TIGHT_PARTS;
        return held <= tight ? usual : Math.min(usual, tight / Math.max(1, groups));
    }

    /** The part of one more group. */
    Part join() {
        add(0, 1);
        return new Part();
    }

    /** What one group has of it; used by one thread at a time. */
    final class Part {
        private long mine;
        private boolean left;

        /** Its log has so many bytes now. */
        void holds(long now) {
            if (!left && now != mine) {
                add(now - mine, 0);
                mine = now;
            }
        }

        /** The group has ended. */
        void leave() {
            if (!left) {
                holds(0);
                left = true;
                add(0, -1);
            }
        }

        /** How many bytes it keeps of what all others need no more, where it would usually keep so many. */
        long keep(long usual) {
            return LogBudget.this.keep(usual);
        }

        /** Whether there is no room for more entries. */
        boolean isSpent() {
            return held() >= bytes;
        }
    }
}
