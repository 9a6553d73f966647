package io.quorate.client.http;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs what callers attached to their calls. Under load one thread does it all in turns, which costs far less than waking
 * one for each; where a turn blocks, another thread joins within milliseconds, as many as are blocked at once.
 */
final class Callbacks implements Executor {
    private static final AtomicInteger THREADS = new AtomicInteger();
    /** A queue that has not moved for so long means that all threads on it are blocked. */
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final ExecutorService threads = Executors.newCachedThreadPool(Callbacks::daemon);
    private final Alarm alarm;
    /** Bounded by the calls in flight. */
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

    private final AtomicInteger draining = new AtomicInteger();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicInteger watching = new AtomicInteger();

    /** Runs a task after a while, on a thread that never blocks. */
    interface Alarm {
        void in(long nanos, Runnable task);
    }

    Callbacks(Alarm alarm) {
        this.alarm = alarm;
    }

    /** For what may block without holding up anything, such as looking up names. */
    Executor threads() {
        return threads;
    }

    @Override
    public void execute(Runnable callback) {
        queue.add(callback);
        if (draining.compareAndSet(0, 1)) {
            threads.execute(this::drain);
        } else {
            watch();
        }
    }

    private void drain() {
        Runnable next = queue.poll();
        while (next != null) {
            taken.incrementAndGet();
            try {
                next.run();
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
            next = queue.poll();
        }
        draining.decrementAndGet();
        // What came between the last look and the decrement would wait for nobody.
        if (!queue.isEmpty() && draining.compareAndSet(0, 1)) {
            threads.execute(this::drain);
        }
    }

    private void watch() {
        if (watching.compareAndSet(0, 1)) {
            long before = taken.get();
            alarm.in(STUCK_NANOS, () -> look(before));
        }
    }

    private void look(long before) {
        watching.set(0);
        if (queue.isEmpty()) {
            return;
        }
        if (taken.get() == before) {
            draining.incrementAndGet();
            threads.execute(this::drain);
        }
        watch();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "quorate-client-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
