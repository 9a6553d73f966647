package io.quorate.bench.load;

import java.io.Closeable;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One client: a way to call the store and a share of the keys. For one thread; {@link #close} may come from another. */
final class LoadClient implements Closeable {
    /** An operation that begins later than this after it was due was held up by the load's own limit. */
    static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Caller caller;
    private final KeyShare share;
    private final SplittableRandom random;

    LoadClient(KeyShare share, SplittableRandom random, Caller caller) {
        this.share = share;
        this.random = random;
        this.caller = caller;
    }

    KeyShare share() {
        return share;
    }

    SplittableRandom random() {
        return random;
    }

    /**
     * Does one operation and counts it.
     *
     * @param dueNanos when the operation was due, or {@link Pace#NOW}; its response time counts from there, its service
     *     time from when it is sent
     * @return whether it was answered
     */
    boolean perform(Operation operation, int key, long dueNanos, Tally tally) {
        long sent = System.nanoTime();
        long due = dueNanos == Pace.NOW ? sent : dueNanos;
        if (sent - due > LATE_NANOS) {
            tally.beganLate();
        }
        String failure = caller.call(operation, key, tally);
        long end = System.nanoTime();
        if (failure.isEmpty()) {
            tally.answered(operation, end - sent, end - due);
            return true;
        }
        tally.failed(failure, end - due);
        return false;
    }

    @Override
    public void close() {
        caller.close();
    }
}
