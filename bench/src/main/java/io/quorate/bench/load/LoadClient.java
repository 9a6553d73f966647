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
     * @param dueNanos when the operation was due; its response time counts from there, its service time from now
     * @return whether it was answered
     */
    boolean perform(Operation operation, int key, long dueNanos, Tally tally) {
        long sent = System.nanoTime();
        if (sent - dueNanos > LATE_NANOS) {
            tally.beganLate();
        }
        String failure = caller.call(operation, key, tally);
        long end = System.nanoTime();
        if (failure.isEmpty()) {
            tally.answered(operation, end - sent, end - dueNanos);
            return true;
        }
        tally.failed(failure, end - dueNanos);
        return false;
    }

    @Override
    public void close() {
        caller.close();
    }
}
