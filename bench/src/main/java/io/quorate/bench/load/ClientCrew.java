package io.quorate.bench.load;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All clients of a run. They keep their connections and memories from phase to phase; each phase has its threads. */
final class ClientCrew implements Closeable {
    private static final long TICK_MILLIS = 200;

    /** How much longer than one exchange may take the clients get to end after their phase is over. */
    private static final long END_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<LoadClient> clients = new ArrayList<>();
    private final long endMaxNanos;

    ClientCrew(LoadSettings settings, Caller.Factory callers) {
        SplittableRandom random = new SplittableRandom(settings.seed());
        for (int i = 0; i < settings.clients(); i++) {
            KeyShare share = new KeyShare(i, settings.clients(), settings.keys());
            SplittableRandom own = random.split();
            clients.add(new LoadClient(share, own, callers.caller(share, own, settings)));
        }
        this.endMaxNanos = settings.socketTimeout().toNanos() + END_GRACE_NANOS;
    }

    /** What all clients did in a phase, and how long it took until the last had ended. */
    record PhaseResult(Tally tally, long nanos) {}

    /**
     * Lets every client do its task until the budget is used up or nothing is left to do.
     *
     * @param tick called every fifth of a second by the calling thread, and once at the end
     */
    PhaseResult run(Function<LoadClient, ClientTask> tasks, Budget budget, Runnable tick) throws InterruptedException {
        AtomicReference<@Nullable Throwable> bug = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(clients.size());
        List<Tally> tallies = new ArrayList<>();
        for (LoadClient client : clients) {
            Tally tally = new Tally();
            tallies.add(tally);
            ClientTask task = tasks.apply(client);
            Thread thread = new Thread(
                    () -> {
                        try {
                            work(task, budget, tally);
                        } catch (Throwable e) {
                            bug.set(e);
                        } finally {
                            running.countDown();
                        }
                    },
                    "load-client-" + client.share().client());
            thread.setDaemon(true);
            thread.start();
        }
        awaitEnd(running, budget, tick);
        long nanos = budget.elapsedNanos();
        tick.run();
        Throwable cause = bug.get();
        if (cause != null) {
            throw new IllegalStateException("a client failed: " + cause, cause);
        }
        Tally total = new Tally();
        tallies.forEach(total::add);
        return new PhaseResult(total, nanos);
    }

    @Override
    public void close() {
        clients.forEach(LoadClient::close);
    }

    private static void work(ClientTask task, Budget budget, Tally tally) {
        boolean left = true;
        while (left && budget.tryTake()) {
            left = task.step(tally);
        }
    }

    private void awaitEnd(CountDownLatch running, Budget budget, Runnable tick) throws InterruptedException {
        long overNanos = 0;
        while (!running.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
            tick.run();
            if (budget.isOver()) {
                overNanos += TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
                if (overNanos > endMaxNanos) {
                    close();
                }
            }
        }
    }
}
