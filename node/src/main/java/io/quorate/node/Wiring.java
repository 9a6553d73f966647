package io.quorate.node;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The one place that chooses clocks, randomness and threads. */
final class Wiring {
    private Wiring() {}

    /** Monotonic; for deadlines and durations. */
    static LongSupplier nanoClock() {
        return System::nanoTime;
    }

    /** For people, for stamps of definitions, and to forget old idempotency keys. */
    static LongSupplier wallMillis() {
        return System::currentTimeMillis;
    }

    /** Numbers that no other node or start draws: seeded from the operating system's entropy. */
    static LongSupplier incarnations() {
        SecureRandom random = new SecureRandom();
        return random::nextLong;
    }

    /** Numbers to tell messages apart: cheap, from any thread. */
    static LongSupplier messageIds() {
        return () -> ThreadLocalRandom.current().nextLong();
    }

    /** Randomness for one user of it, who is not several threads at once. */
    static RandomGenerator random() {
        return new SplittableRandom(ThreadLocalRandom.current().nextLong());
    }

    /** Waits, by looking every few milliseconds; false if it is not so after {@code nanos}, or when interrupted. */
    static boolean await(BooleanSupplier condition, long nanos) {
        long until = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** Runs what may block without keeping others waiting: threads come as needed and end after ten idle seconds. */
    static Executor callbacks(String name) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads(name));
    }

    /** Does something again and again on a thread of its own, until it is closed. */
    static Ticker every(String name, long millis, Runnable action) {
        Ticker ticker = new Ticker();
        threads(name)
                .newThread(() -> {
                    while (!ticker.closed) {
                        action.run();
                        try {
                            Thread.sleep(millis);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                })
                .start();
        return ticker;
    }

    /** Ends what {@link #every} began. */
    static final class Ticker implements AutoCloseable {
        private volatile boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    /** One thread that does things at their time, one after the other. */
    static ScheduledExecutorService timer(String name) {
        return Executors.newSingleThreadScheduledExecutor(threads(name));
    }

    /** Named threads that do not keep the program alive. */
    static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
