package io.quorate.node.door;

/**
 * How many requests may wait for the data plane, found from how long those before them waited. It knows nothing of what
 * happens to a request once it is taken up, so neither a silent peer nor a slow disk makes it refuse.
 *
 * <p>Time is cut into windows. The shortest wait of a window tells a standing queue from a burst: a burst lets somebody
 * through soon, a standing queue nobody (Nichols and Jacobson, "Controlling Queue Delay", 2012). After a window with a
 * standing queue the limit is what that queue should have been for its wait to be the target; after any other, and for
 * every window without traffic, it grows by a sixteenth.
 *
 * <p>Single-threaded; time comes in.
 */
public final class QueueLimit {
    /** A short stall must not cost more than half of the limit in one window. */
    private static final double SHRINK_MOST = 0.5;

    /** Slowly: what is let in at once is worked off together, and a limit that jumps makes the waits jump. */
    private static final int GROW_DIVISOR = 16;

    private final Settings settings;
    private int limit;
    private boolean begun;
    private long windowEnds;
    private long shortest = Long.MAX_VALUE;

    /**
     * What it aims at.
     *
     * @param floor requests that may always wait
     * @param ceiling requests that may wait at most, and at the start
     * @param targetNanos the wait that a standing queue is brought to
     * @param windowNanos how long a queue must stand before the limit changes
     */
    public record Settings(int floor, int ceiling, long targetNanos, long windowNanos) {
        public static final Settings DEFAULT = new Settings(64, 1024, 50_000_000L, 100_000_000L);

        public Settings {
            if (floor < 1 || ceiling < floor) {
                throw new IllegalArgumentException(
                        "floor " + floor + " and ceiling " + ceiling + ": must be 1 <= floor <= ceiling");
            }
            if (targetNanos < 1 || windowNanos < 1) {
                throw new IllegalArgumentException(
                        "target " + targetNanos + " ns and window " + windowNanos + " ns: must be positive");
            }
        }

        /** The same where no more than so many requests are let in at all. */
        public Settings within(int most) {
            return new Settings(Math.min(floor, most), Math.min(ceiling, most), targetNanos, windowNanos);
        }
    }

    public QueueLimit(Settings settings) {
        this.settings = settings;
        this.limit = settings.ceiling();
    }

    /** A request has been taken up after so long a wait; returns the limit from now on. */
    public int takenUp(long waitedNanos, long now) {
        if (!begun) {
            begun = true;
            windowEnds = now + settings.windowNanos();
        }
        if (now - windowEnds >= 0) {
            endWindow(now);
        }
        shortest = Math.min(shortest, waitedNanos);
        return limit;
    }

    private void endWindow(long now) {
        if (shortest != Long.MAX_VALUE && shortest > settings.targetNanos()) {
            double ratio = (double) settings.targetNanos() / shortest;
            limit = Math.max(settings.floor(), (int) (limit * Math.max(SHRINK_MOST, ratio)));
        } else {
            grow();
        }
        // Those that wait now may have begun to in an idle time; each empty window counts as one without a queue.
        for (long idle = now - windowEnds - settings.windowNanos();
                idle >= 0 && limit < settings.ceiling();
                idle -= settings.windowNanos()) {
            grow();
        }
        shortest = Long.MAX_VALUE;
        windowEnds = now + settings.windowNanos();
    }

    private void grow() {
        limit = Math.min(settings.ceiling(), limit + Math.max(1, limit / GROW_DIVISOR));
    }

    public int limit() {
        return limit;
    }
}
