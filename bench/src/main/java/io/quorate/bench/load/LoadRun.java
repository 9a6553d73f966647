package io.quorate.bench.load;

import com.sun.management.OperatingSystemMXBean;
import io.quorate.bench.load.ClientCrew.PhaseResult;
import io.quorate.bench.load.LoadReport.Preload;
import io.quorate.bench.load.ServerUse.NodeScrape;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * One run against a store: bucket, preload, warm-up, measured window. Between the phases every client rests, so that
 * what the servers used is scraped exactly around the operations that are counted.
 */
final class LoadRun {
    private static final Duration PRELOAD_MAX = Duration.ofMinutes(10);
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LoadSettings settings;
    private final Progress progress;
    private volatile boolean stopped;

    LoadRun(LoadSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /** Ends the run soon, with a report of what was measured so far. Called from any thread. */
    void stop() {
        stopped = true;
    }

    /**
     * Does the run.
     *
     * @throws LoadException if it could not take place
     */
    LoadReport execute() throws LoadException, InterruptedException {
        ClusterCalls cluster = new ClusterCalls(settings);
        boolean fresh = cluster.prepareBucket();
        cluster.notes().forEach(progress::note);
        try (ClientCrew crew = new ClientCrew(settings)) {
            Preload preload = preload(crew, fresh);
            if (!settings.warmup().isZero()) {
                timed("warm-up", crew, settings.warmup());
            }
            List<NodeScrape> before = cluster.scrape();
            long cpuBefore = processCpuNanos();
            PhaseResult measured = timed("measuring", crew, settings.duration());
            long cpuAfter = processCpuNanos();
            ServerUse use = ServerUse.between(before, cluster.scrape());
            return new LoadReport(
                    settings,
                    stopped,
                    preload,
                    measured.nanos() / NANOS_PER_SECOND,
                    measured.tally(),
                    use,
                    cpuBefore < 0 || cpuAfter < 0
                            ? OptionalDouble.empty()
                            : OptionalDouble.of((cpuAfter - cpuBefore) / NANOS_PER_SECOND));
        }
    }

    private Preload preload(ClientCrew crew, boolean fresh) throws InterruptedException {
        boolean learn = !fresh;
        boolean write = settings.reads();
        if (!learn && !write) {
            return new Preload(0, 0, 0);
        }
        LongAdder failed = new LongAdder();
        int keys = settings.keys();
        Budget budget = budget((long) keys + settings.clients(), PRELOAD_MAX);
        progress.begin("preload", keys, "keys");
        PhaseResult result = crew.run(
                client -> new PreloadTask(client, learn, write, failed),
                budget,
                () -> progress.at(Math.min(budget.taken(), keys), ""));
        progress.end();
        if (failed.sum() > 0) {
            progress.note("preload: " + failed.sum() + " keys failed: "
                    + result.tally().failures());
        }
        return new Preload(Math.min(budget.taken(), keys), failed.sum(), result.nanos() / NANOS_PER_SECOND);
    }

    private PhaseResult timed(String name, ClientCrew crew, Duration duration) throws InterruptedException {
        Function<LoadClient, ClientTask> task =
                client -> new MixTask(client, settings.readPercent(), settings.keys(), Pace.closedLoop());
        Budget budget = budget(settings.operationsMax(), duration);
        progress.begin(name, duration.toMillis(), "ms");
        PhaseResult result = crew.run(task, budget, () -> {
            double seconds = budget.elapsedNanos() / NANOS_PER_SECOND;
            long millis = Math.min(TimeUnit.NANOSECONDS.toMillis(budget.elapsedNanos()), duration.toMillis());
            progress.at(millis, Math.round(budget.taken() / seconds) + " ops/s");
        });
        progress.end();
        return result;
    }

    private Budget budget(long stepsMax, Duration duration) {
        return new Budget(stepsMax, duration.toNanos(), System::nanoTime, () -> stopped);
    }

    /** The processor time of this process; -1 if it is not known. */
    private static long processCpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : -1;
    }
}
