package io.quorate.bench.chaos;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The node that leads the group of some key is hurt, again and again: how soon is that key written through the others? */
final class Failovers implements Ordeal {
    private static final PartitionCount PARTITIONS = new PartitionCount(64);
    private static final int KEYS = 100;
    private static final long NEVER = Long.MAX_VALUE;
    private static final double MILLION = 1e6;

    private final Settings settings;
    private final Stage stage;
    private final SplittableRandom random;
    private final List<LedLoad.Probe> probes = new ArrayList<>();
    private final List<Trial> trials = new ArrayList<>();

    /**
     * What is to be done.
     *
     * @param fault of the node that leads
     * @param calmMillis before each
     * @param longestMillis after which a key counts as never written again
     */
    record Settings(int trials, Fault fault, long seed, long calmMillis, long longestMillis) {}

    /** One of them: milliseconds from the fault to the next write that was acknowledged, and how many were sent until then. */
    record Trial(String key, int node, double millis, int tries) {}

    Failovers(Settings settings, Stage stage, LedLoad load) {
        this.settings = settings;
        this.stage = stage;
        this.random = new SplittableRandom(settings.seed());
        for (int node = 0; node < stage.urls().size(); node++) {
            probes.add(load.probe(node));
        }
    }

    List<Trial> trials() {
        return List.copyOf(trials);
    }

    @Override
    public List<String> go() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (int i = 1; i <= settings.trials(); i++) {
            stage.pause(settings.calmMillis());
            String key = "failover" + random.nextInt(KEYS);
            int node = leaderOf(key);
            double begun = stage.timeline().now();
            Trial trial = trial(key, node);
            trials.add(trial);
            String text = Stage.name(node) + " " + settings.fault().text() + " while it leads the group of " + key;
            stage.timeline().lasted(text, begun);
            if (trial.millis() > settings.longestMillis()) {
                wrong.add(text + ", which is not written for " + settings.longestMillis() + " ms");
            }
            double healing = stage.timeline().now();
            stage.victims().end(settings.fault(), node);
            stage.awaitWhole();
            stage.awaitLed();
            Stage.PATIENCE.await(
                    Stage.name(node) + " to lead again", () -> stage.leads().heldBy(node) > 0);
            stage.timeline()
                    .say(String.format(
                            Locale.ROOT,
                            "trial %d: %s; written after %.0f ms, at try %d; the node leads again %.1f s after it was"
                                    + " let alone",
                            i,
                            text,
                            trial.millis(),
                            trial.tries(),
                            stage.timeline().now() - healing));
        }
        return wrong;
    }

    private int leaderOf(String key) throws InterruptedException {
        int partition = PARTITIONS.partitionOf(TokenHash.tokenOf(LedLoad.BUCKET, Bytes.ofUtf8(key)));
        OptionalInt[] leader = {OptionalInt.empty()};
        Stage.PATIENCE.await("a leader of " + key, () -> {
            leader[0] = stage.leads().of(partition);
            return leader[0].isPresent();
        });
        return leader[0].getAsInt();
    }

    /** Somebody writes through each of the other nodes, one write after the other, until one is acknowledged. */
    private Trial trial(String key, int node) throws IOException, InterruptedException {
        AtomicLong first = new AtomicLong(NEVER);
        AtomicInteger tries = new AtomicInteger();
        long start = System.nanoTime();
        long longest = TimeUnit.MILLISECONDS.toNanos(settings.longestMillis());
        stage.victims().begin(settings.fault(), node);
        List<Thread> threads = new ArrayList<>();
        for (LedLoad.Probe probe : probes) {
            if (probes.indexOf(probe) == node) {
                continue;
            }
            Thread thread = new Thread(
                    () -> {
                        while (first.get() == NEVER && System.nanoTime() - start < longest) {
                            tries.incrementAndGet();
                            if (probe.write(key)) {
                                first.accumulateAndGet(System.nanoTime() - start, Math::min);
                            }
                        }
                    },
                    "failover-probe");
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Trial(key, node, first.get() / MILLION, tries.get());
    }

    @Override
    public String summary() {
        List<Double> sorted = trials.stream().map(Trial::millis).sorted().toList();
        if (sorted.isEmpty()) {
            return "none";
        }
        return String.format(
                Locale.ROOT,
                "%d times the leader %s; next acknowledged write after %.0f ms in the median, %.0f ms at worst",
                sorted.size(),
                settings.fault().text(),
                sorted.get((sorted.size() - 1) / 2),
                sorted.get(sorted.size() - 1));
    }
}
