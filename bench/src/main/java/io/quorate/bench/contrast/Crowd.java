package io.quorate.bench.contrast;

import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients in a closed loop: each sends when its last request has ended. One who cannot reach a node asks others for a second.
 * One whose request failed waits a moment, as programs do.
 */
final class Crowd {
    private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long ELSEWHERE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Set<String> LOST_NODE = Set.of(Problem.UNREACHABLE, Problem.CONNECTION_BROKEN);

    private final Settings settings;
    private final Store store;
    private final Keys keys;
    private final Seats seats;
    private final Ways ways;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /**
     * What is asked for.
     *
     * @param clients an even number: every second one is on either side
     * @param reads share of reads, from 0 to 1
     */
    record Settings(int clients, double reads, long seed) {}

    private Crowd(Settings settings, Store store, Keys keys, Seats seats, Ways ways) {
        this.settings = settings;
        this.store = store;
        this.keys = keys;
        this.seats = seats;
        this.ways = ways;
    }

    /**
     * Starts them.
     *
     * @param writesAll each writes all of its keys before it begins
     */
    static Crowd start(Settings settings, Store store, Keys keys, Seats seats, Ways ways, boolean writesAll) {
        Crowd crowd = new Crowd(settings, store, keys, seats, ways);
        for (int i = 0; i < settings.clients(); i++) {
            Client client = crowd.new Client(i, writesAll);
            Thread thread = new Thread(client::run, "contrast-client-" + i);
            thread.setDaemon(true);
            crowd.clients.add(client);
            crowd.threads.add(thread);
        }
        crowd.threads.forEach(Thread::start);
        return crowd;
    }

    /** Seconds since the start. */
    double now() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** Ends them when their requests have ended; everything that they asked for. */
    List<Sample> stop() throws InterruptedException {
        over.set(true);
        List<Sample> all = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            threads.get(i).join();
            RuntimeException broken = clients.get(i).broken;
            if (broken != null) {
                throw new IllegalStateException("a client ended before its time: " + broken, broken);
            }
            all.addAll(clients.get(i).samples);
        }
        return all;
    }

    private final class Client {
        private final int number;
        private final SplittableRandom random;
        private final int[] writes;
        private final boolean writesAll;
        private final List<Sample> samples = new ArrayList<>();
        private int nextWrite;
        private final Map<Integer, Long> lostUntil = new HashMap<>();
        private volatile @Nullable RuntimeException broken;

        private Client(int number, boolean writesAll) {
            this.number = number;
            this.random = new SplittableRandom(settings.seed() * 1000 + number);
            this.writes = keys.writtenBy(number, settings.clients()).stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            this.writesAll = writesAll;
            for (int i = writes.length - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int key = writes[i];
                writes[i] = writes[other];
                writes[other] = key;
            }
        }

        private void run() {
            try {
                for (int i = 0; writesAll && i < writes.length && !over.get(); i++) {
                    ask(true);
                }
                while (!over.get()) {
                    ask(random.nextDouble() >= settings.reads());
                }
            } catch (RuntimeException e) {
                broken = e;
            }
        }

        private void ask(boolean write) {
            // Keys are written in turn, so that each partition is written as often as any other.
            int key = write ? writes[nextWrite++ % writes.length] : random.nextInt(keys.count());
            int node = node(keys.partition(key));
            Store.Seen seen = new Store.Seen(0, false);
            String failure = "";
            double from = now();
            try {
                if (write) {
                    store.write(seats.node(node), number, key);
                } else {
                    seen = store.read(seats.node(node), number, key);
                }
            } catch (QuorateException e) {
                failure = e.code();
            }
            samples.add(new Sample(
                    from,
                    now(),
                    write,
                    Sides.isAway(number),
                    keys.partition(key),
                    failure,
                    seen.versions(),
                    seen.stale()));
            if (LOST_NODE.contains(failure)) {
                lostUntil.put(node, System.nanoTime() + ELSEWHERE_NANOS);
            }
            if (!failure.isEmpty()) {
                LockSupport.parkNanos(AFTER_FAILURE_NANOS);
            }
        }

        private int node(int partition) {
            List<Integer> nodes = ways.of(number, partition);
            long now = System.nanoTime();
            return nodes.stream()
                    .filter(node -> lostUntil.getOrDefault(node, now) - now <= 0)
                    .findFirst()
                    .orElse(nodes.get(0));
        }
    }
}
