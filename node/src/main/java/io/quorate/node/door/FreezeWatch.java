package io.quorate.node.door;

/**
 * Notices that the whole process stood still (it was stopped, or its machine slept), so that requests which waited in the
 * meantime are not begun: their clients' time went on. One thread ticks, any thread asks. Times in nanoseconds of one
 * monotonic clock.
 */
public final class FreezeWatch {
    /** A pause from which on requests may have waited too long. */
    static final long FROZEN_NANOS = 1_000_000_000L;

    /** For so long after it, what comes in may have come before. */
    static final long AFTER_NANOS = 200_000_000L;

    private volatile State state;

    private record State(long ticked, long endedAt, long pause) {}

    public FreezeWatch(long now) {
        state = new State(now, now, 0);
    }

    /** To be called several times a second. */
    public void tick(long now) {
        State last = state;
        long pause = now - last.ticked();
        state = pause > FROZEN_NANOS ? new State(now, now, pause) : new State(now, last.endedAt(), last.pause());
    }

    /** The length of the pause that has just ended; 0 if there was none. */
    public long justWoken(long now) {
        State last = state;
        long since = now - last.ticked();
        if (since > FROZEN_NANOS) {
            return since;
        }
        return now - last.endedAt() < AFTER_NANOS ? last.pause() : 0;
    }
}
