package io.quorate.bench.load;

/**
 * When the operations of one client are due. Latency counts from the instant an operation was due, so that a pace by
 * rate also counts the time an operation had to wait for its client.
 */
@FunctionalInterface
interface Pace {
    /** Instead of an instant: nothing is due any more in this phase. */
    long OVER = Long.MIN_VALUE;

    /** Instead of an instant: due when it is sent. */
    long NOW = Long.MAX_VALUE;

    /**
     * Waits until the next operation is due and returns the instant it was due, as {@link System#nanoTime}, or
     * {@link #NOW} or {@link #OVER}.
     */
    long awaitTurn();

    /** A closed loop: the next operation is due as soon as the one before it has ended. */
    static Pace closedLoop() {
        return () -> NOW;
    }
}
