package io.quorate.bench.load;

import java.io.Closeable;
import java.util.SplittableRandom;

/**
 * How one client calls the store: over HTTP, or in process. It remembers what it was shown of the keys that it writes,
 * and each put goes on from there. For one thread; only {@link #close} may come from another.
 */
interface Caller extends Closeable {
    /**
     * Does one operation and waits for its end.
     *
     * @param tally for what is seen on the side, not for the operation itself
     * @return empty if it was answered, else what made it fail: a status with its code, or what broke the exchange
     */
    String call(Operation operation, int key, Tally tally);

    /** Frees what it holds; an operation that another thread has under way may fail. */
    @Override
    void close();

    /** Makes the callers of a run. */
    @FunctionalInterface
    interface Factory {
        Caller caller(KeyShare share, SplittableRandom random, LoadSettings settings);
    }
}
