package io.quorate.bench.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/** Runs one seed after the other, some at once, until one finds something; says now and then how far it is. */
public final class SeedSweep {
    private static final long SAID_EVERY_MILLIS = 5_000;

    private final long from;
    private final long seeds;
    private final int threads;
    private final AtomicLong next;
    private final AtomicBoolean found = new AtomicBoolean();

    public SeedSweep(long from, long seeds, int threads) {
        this.from = from;
        this.seeds = seeds;
        this.threads = threads;
        this.next = new AtomicLong(from);
    }

    /**
     * Runs them.
     *
     * @param finds runs a seed, on any thread; true if it found something
     */
    public void run(LongPredicate finds) throws InterruptedException {
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
    }

    private void work(LongPredicate finds) {
        for (long seed = next.getAndIncrement(); seed < from + seeds && !found.get(); seed = next.getAndIncrement()) {
            if (finds.test(seed)) {
                found.set(true);
            }
        }
    }
}
