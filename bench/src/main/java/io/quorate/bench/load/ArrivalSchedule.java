package io.quorate.bench.load;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * An open loop: the instants at which operations of one phase are due, whatever the store does. All clients draw from
 * it, each takes the earliest instant that is left and waits for it; if all are busy the instant passes and the wait
 * counts in the response time, so that a stall of the store is not hidden by the load waiting with it (the "coordinated
 * omission" of Gil Tene). Safe from any thread.
 */
final class ArrivalSchedule implements Pace {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The longest sleep, after which a client looks whether the run was stopped. */
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Arrivals arrivals;
    private final Budget budget;
    private final SplittableRandom random;
    private final LongSupplier nanoClock;
    private final LongConsumer sleep;

    /** Of the next instant, in nanoseconds since the phase began. */
    private double next;

    /** What was due in a phase and never sent: how many, and how long the first of them had waited at the end. */
    record Unsent(long count, long longestNanos) {
        static final Unsent NONE = new Unsent(0, 0);
    }

    /**
     * A schedule that begins with its budget's phase.
     *
     * @param sleep waits for at most so many nanoseconds
     */
    ArrivalSchedule(
            Arrivals arrivals, Budget budget, SplittableRandom random, LongSupplier nanoClock, LongConsumer sleep) {
        if (!arrivals.open()) {
            throw new IllegalArgumentException("a closed loop has no schedule");
        }
        this.arrivals = arrivals;
        this.budget = budget;
        this.random = random;
        this.nanoClock = nanoClock;
        this.sleep = sleep;
    }

    @Override
    public long awaitTurn() {
        double offset = take();
        if (offset >= budget.durationNanos()) {
            return OVER;
        }
        long due = budget.startNanos() + (long) offset;
        long early = due - nanoClock.getAsLong();
        while (early > 0) {
            if (budget.isStopped()) {
                return OVER;
            }
            sleep.accept(Math.min(early, NAP_NANOS));
            early = due - nanoClock.getAsLong();
        }
        return due;
    }

    /** What of the phase, which has ended, was due and not taken by any client. */
    synchronized Unsent unsent() {
        if (budget.taken() >= budget.stepsMax()) {
            return Unsent.NONE; // The phase was bounded by count, and that many were sent.
        }
        double end = Math.min(budget.elapsedNanos(), budget.durationNanos());
        double first = next;
        long count = 0;
        while (next < end) {
            count++;
            step();
        }
        return count == 0 ? Unsent.NONE : new Unsent(count, (long) (end - first));
    }

    private synchronized double take() {
        double offset = next;
        if (offset < budget.durationNanos()) {
            step();
        }
        return offset;
    }

    private void step() {
        double gap = NANOS_PER_SECOND / arrivals.perSecond();
        next += arrivals.kind() == Arrivals.Kind.POISSON ? -Math.log(1 - random.nextDouble()) * gap : gap;
    }
}
