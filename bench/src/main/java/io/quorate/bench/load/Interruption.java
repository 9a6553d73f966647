package io.quorate.bench.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a run end in order when the process is told to end (Ctrl-C): it is asked to stop, and the process waits, for a
 * bounded time, until the run has printed its report and closed this.
 */
final class Interruption {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Runnable stop, Duration waitMax) {
        hook = new Thread(
                () -> {
                    stop.run();
                    try {
                        boolean inTime = closed.await(waitMax.toMillis(), TimeUnit.MILLISECONDS);
                        if (!inTime) {
                            System.err.println("The run did not end in time; nothing is reported.");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "load-interruption");
    }

    /** What must end in order. */
    @FunctionalInterface
    interface Work<T> {
        T call() throws LoadException, InterruptedException;
    }

    /** Does work that {@code stop} makes end within one exchange and two scrapes of each node. */
    static <T> T during(Runnable stop, LoadSettings settings, Work<T> work) throws LoadException, InterruptedException {
        Duration endMax = settings.socketTimeout()
                .multipliedBy(2 + 2L * settings.endpoints().size());
        Interruption interruption = watch(stop, endMax);
        try {
            return work.call();
        } finally {
            interruption.close();
        }
    }

    private static Interruption watch(Runnable stop, Duration waitMax) {
        Interruption interruption = new Interruption(stop, waitMax);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** The run has ended and said what it had to say. */
    private void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already and the hook has run.
        }
    }
}
