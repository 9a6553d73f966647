package io.quorate.node.process;

import io.quorate.client.AsyncLeaderlessView;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.ring.bytes.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes at a steady rate, each to a key of its own, whatever became of the ones before: a write's time counts from when
 * it was due. Every so many of them are read as soon as they are acknowledged.
 */
final class SteadyLoad implements AutoCloseable {
    private static final int WRITES_A_READ = 4;
    private static final long BOUND_NANOS = Duration.ofMinutes(10).toNanos();

    private final AsyncLeaderlessView view;
    private final String prefix;
    private final long spacingNanos;
    private final Thread thread;
    private final AtomicBoolean over = new AtomicBoolean();
    private final Phaser open = new Phaser(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicLong longest = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private SteadyLoad(AsyncLeaderlessView view, String prefix, int perSecond) {
        this.view = view;
        this.prefix = prefix;
        this.spacingNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.thread = new Thread(this::run, "steady-load");
    }

    static SteadyLoad start(AsyncLeaderlessView view, String prefix, int perSecond) {
        SteadyLoad load = new SteadyLoad(view, prefix, perSecond);
        load.thread.start();
        return load;
    }

    private void run() {
        long from = System.nanoTime();
        for (int i = 0; !over.get() && i * spacingNanos < BOUND_NANOS; i++) {
            long due = from + i * spacingNanos;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            write(i, due);
        }
    }

    private void write(int number, long due) {
        begun.incrementAndGet();
        open.register();
        view.put(key(number), Value.ofText(text(number))).whenComplete((done, failure) -> {
            longest.accumulateAndGet(System.nanoTime() - due, Math::max);
            if (failure != null) {
                failures.add(failure);
            } else if (number % WRITES_A_READ == 0) {
                read(number);
            }
            open.arriveAndDeregister();
        });
    }

    private void read(int number) {
        open.register();
        view.get(key(number)).whenComplete((found, failure) -> {
            if (failure != null) {
                failures.add(failure);
            } else if (!isThere(found, number)) {
                failures.add(new AssertionError("key " + number + " was acknowledged and is read as " + found));
            } else {
                reads.incrementAndGet();
            }
            open.arriveAndDeregister();
        });
    }

    /** Whether an answer shows what was written to the key of that number. */
    static boolean isThere(ReadResult found, int number) {
        return found.siblings().stream().map(Sibling::value).anyMatch(Bytes.ofUtf8(text(number))::equals);
    }

    /** Reads that showed what was written. */
    int reads() {
        return reads.get();
    }

    Bytes key(int number) {
        return Bytes.ofUtf8(prefix + "-" + number);
    }

    static String text(int number) {
        return "value of " + number;
    }

    /** Waits until so many more writes have begun. */
    void awaitMore(int writes) {
        int until = begun.get() + writes;
        org.awaitility.Awaitility.await(writes + " more writes")
                .atMost(Duration.ofMinutes(2))
                .until(() -> begun.get() >= until);
    }

    /** How many were begun. */
    int begun() {
        return begun.get();
    }

    /** The longest since this was last asked. */
    Duration takeLongest() {
        return Duration.ofNanos(longest.getAndSet(0));
    }

    List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Begins no more writes and waits for those that are open. */
    @Override
    public void close() {
        over.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.arriveAndAwaitAdvance();
    }
}
