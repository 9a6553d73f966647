package io.quorate.bench.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import picocli.CommandLine.Option;

/** The options that say which seeds are run, and running them: some at once, until one finds something. */
public final class SeedSweep {
    private static final long SAID_EVERY_MILLIS = 5_000;
    private static final int THREADS_MAX = 64;

    @Option(names = "--seeds", defaultValue = "1000", description = "how many seeds (default 1000)")
    private long seeds;

    @Option(names = "--from", defaultValue = "1", description = "the first seed (default 1)")
    private long from;

    @Option(names = "--threads", defaultValue = "2", description = "seeds at once (default 2)")
    private int threads;

    private final AtomicLong next = new AtomicLong();
    private final AtomicLong runs = new AtomicLong();
    private final AtomicBoolean found = new AtomicBoolean();

    /** Whether the options can be used. */
    public boolean isUsable() {
        return seeds >= 1 && threads >= 1 && threads <= THREADS_MAX;
    }

    /** The first seed. */
    public long from() {
        return from;
    }

    /** Seeds that have been run. */
    public long runs() {
        return runs.get();
    }

    /**
     * Runs them, and says now and then how far it is.
     *
     * @param finds runs a seed, on any thread; true if it found something
     * @return false if it ended early, and nothing was found: a thread has died
     */
    public boolean run(LongPredicate finds) throws InterruptedException {
        next.set(from);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(() -> work(finds), "seeds-" + i);
            workers.add(worker);
            worker.start();
        }
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                worker.join(SAID_EVERY_MILLIS);
                if (worker.isAlive()) {
                    System.err.println("seeds " + Math.min(seeds, next.get() - from) + " of " + seeds);
                }
            }
        }
        boolean whole = found.get() || runs() >= seeds;
        if (!whole) {
            System.err.println("quorate: a worker ended early: " + runs() + " of " + seeds + " seeds were run");
        }
        return whole;
    }

    private void work(LongPredicate finds) {
        for (long seed = next.getAndIncrement(); seed < from + seeds && !found.get(); seed = next.getAndIncrement()) {
            boolean finding = finds.test(seed);
            runs.incrementAndGet();
            if (finding) {
                found.set(true);
            }
        }
    }
}
