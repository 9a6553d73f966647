package io.quorate.bench.local;

import java.util.concurrent.TimeUnit;

/** How many seconds to wait for something that has to come about by itself. */
public record Patience(long seconds) {
    private static final long POLL_MILLIS = 50;

    /** Something that may be asked again and again. */
    public interface Condition<E extends Exception> {
        boolean holds() throws E, InterruptedException;
    }

    /** Something did not come about that has to. */
    public static final class TooLateException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private TooLateException(long seconds, String what) {
            super("waited " + seconds + " s in vain for " + what);
        }
    }

    /**
     * Waits for it; what asking fails with ends the wait.
     *
     * @throws TooLateException if it does not hold in time
     */
    public <E extends Exception> void await(String what, Condition<E> condition) throws E, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.holds()) {
            if (System.nanoTime() - until > 0) {
                throw new TooLateException(seconds, what);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
