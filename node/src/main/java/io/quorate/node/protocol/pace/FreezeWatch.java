package io.quorate.node.protocol.pace;

import org.jspecify.annotations.Nullable;

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

    /** Written before {@link #ticked}, so that whoever sees the tick that ended a pause sees the pause. */
    private volatile @Nullable Pause last;

    private volatile long ticked;

    private record Pause(long endedAt, long nanos) {}

    public FreezeWatch(long now) {
        ticked = now;
    }

    /** To be called several times a second; costs little. */
    public void tick(long now) {
        long since = now - ticked;
        if (since > FROZEN_NANOS) {
            last = new Pause(now, since);
        }
        ticked = now;
    }

    /** The length of the pause that has just ended; 0 if there was none. */
    public long justWoken(long now) {
        long since = now - ticked;
        if (since > FROZEN_NANOS) {
            return since;
        }
        Pause pause = last;
        return pause != null && now - pause.endedAt() < AFTER_NANOS ? pause.nanos() : 0;
    }
}
