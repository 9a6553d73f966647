package io.quorate.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** How long a phase may go on: a number of steps, a time, and a way to end it early. Shared by all clients. */
final class Budget {
    private final long stepsMax;
    private final long startNanos;
    private final long durationNanos;
    private final LongSupplier nanoClock;
    private final BooleanSupplier stopped;
    private final AtomicLong asked = new AtomicLong();

    /** Time runs from here on. */
    Budget(long stepsMax, long durationNanos, LongSupplier nanoClock, BooleanSupplier stopped) {
        this.stepsMax = stepsMax;
        this.durationNanos = durationNanos;
        this.nanoClock = nanoClock;
        this.stopped = stopped;
        this.startNanos = nanoClock.getAsLong();
    }

    /** Takes one step of the budget; false when the phase is over. */
    boolean tryTake() {
        return !isTimeUp() && asked.getAndIncrement() < stepsMax;
    }

    /** Whether no step is left to take; those taken may still be under way. */
    boolean isOver() {
        return isTimeUp() || asked.get() >= stepsMax;
    }

    /** The steps taken so far. */
    long taken() {
        return Math.min(asked.get(), stepsMax);
    }

    long stepsMax() {
        return stepsMax;
    }

    long durationNanos() {
        return durationNanos;
    }

    /** When the phase began, by the clock that was given. */
    long startNanos() {
        return startNanos;
    }

    /** Whether the phase was ended from outside. */
    boolean isStopped() {
        return stopped.getAsBoolean();
    }

    long elapsedNanos() {
        return nanoClock.getAsLong() - startNanos;
    }

    private boolean isTimeUp() {
        return isStopped() || elapsedNanos() >= durationNanos;
    }
}
