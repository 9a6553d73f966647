package io.quorate.bench.load;

import com.sun.management.OperatingSystemMXBean;
import io.quorate.bench.load.ClientCrew.PhaseResult;
import io.quorate.bench.load.LoadReport.Preload;
import io.quorate.bench.load.ServerUse.NodeScrape;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run against a store: bucket, preload, warm-up, and one measured window or several. Between the phases every client
 * rests, so that what the servers used is scraped exactly around the operations that are counted.
 */
final class LoadRun {
    private static final Duration PRELOAD_MAX = Duration.ofMinutes(10);
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LoadSettings asked;
    private final Progress progress;
    private final Caller.@Nullable Factory callers;
    private LoadSettings settings;
    private volatile boolean stopped;

    /** A run over HTTP. */
    LoadRun(LoadSettings settings, Progress progress) {
        this(settings, progress, null);
    }

    /**
     * A run by the given callers.
     *
     * @param callers null for HTTP
     */
    LoadRun(LoadSettings settings, Progress progress, Caller.@Nullable Factory callers) {
        this.asked = settings;
        this.settings = settings;
        this.progress = progress;
        this.callers = callers;
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
    LoadSeries execute() throws LoadException, InterruptedException {
        ClusterCalls contacts = new ClusterCalls(asked);
        boolean fresh = contacts.prepareBucket();
        Caller.Factory factory = factory(contacts);
        contacts.notes().forEach(progress::note);
        ClusterCalls cluster = new ClusterCalls(settings);
        KeyPopularity popularity =
                new KeyPopularity(settings.keys(), settings.manner().zipf());
        List<LoadReport> reports = new ArrayList<>();
        try (ClientCrew crew = new ClientCrew(settings, factory)) {
            Preload preload = preload(crew, fresh);
            if (!settings.warmup().isZero()) {
                timed("warm-up", crew, popularity, settings.warmup(), 0);
            }
            int runs = settings.manner().runs();
            while (reports.isEmpty() || (reports.size() < runs && !stopped)) {
                int number = reports.size() + 1;
                String name = runs == 1 ? "measuring" : "measuring " + number + " of " + runs;
                List<NodeScrape> before = cluster.scrape();
                long cpuBefore = processCpuNanos();
                PhaseResult measured = timed(name, crew, popularity, settings.duration(), number);
                long cpuAfter = processCpuNanos();
                ServerUse use = ServerUse.between(before, cluster.scrape());
                boolean cpuKnown =
                        cpuBefore >= 0 && cpuAfter >= 0 && settings.manner().embedded() == 0;
                reports.add(new LoadReport(
                        settings,
                        stopped,
                        preload,
                        measured.nanos() / NANOS_PER_SECOND,
                        measured.tally(),
                        use,
                        cpuKnown
                                ? OptionalDouble.of((cpuAfter - cpuBefore) / NANOS_PER_SECOND)
                                : OptionalDouble.empty()));
            }
        }
        return new LoadSeries(Machine.here(), reports);
    }

    /** Settles which nodes are called, and how; with the route by the ring these are all nodes of the ring. */
    private Caller.Factory factory(ClusterCalls contacts) throws LoadException {
        Caller.Factory given = callers;
        if (given != null) {
            return given;
        }
        return switch (settings.manner().route()) {
            case SPREAD ->
                (share, random, each) -> new HttpCaller(
                        share,
                        random,
                        each,
                        NodeChoice.spread(share.client(), each.endpoints().size()));
            case RING -> {
                HomeTable table = contacts.homes();
                settings = asked.withEndpoints(table.endpoints());
                yield (share, random, each) -> new HttpCaller(share, random, each, NodeChoice.homes(table));
            }
        };
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

    private PhaseResult timed(String name, ClientCrew crew, KeyPopularity popularity, Duration duration, int phase)
            throws InterruptedException {
        Budget budget = budget(settings.operationsMax(), duration);
        Arrivals arrivals = settings.manner().arrivals();
        ArrivalSchedule schedule = arrivals.open()
                ? new ArrivalSchedule(
                        arrivals,
                        budget,
                        new SplittableRandom(settings.seed() + phase),
                        System::nanoTime,
                        LockSupport::parkNanos)
                : null;
        Pace pace = schedule == null ? Pace.closedLoop() : schedule;
        progress.begin(name, duration.toMillis(), "ms");
        PhaseResult result = crew.run(
                client -> new MixTask(client, settings.readPercent(), settings.keys(), popularity, pace),
                budget,
                () -> {
                    double seconds = budget.elapsedNanos() / NANOS_PER_SECOND;
                    long millis = Math.min(TimeUnit.NANOSECONDS.toMillis(budget.elapsedNanos()), duration.toMillis());
                    progress.at(millis, Math.round(budget.taken() / seconds) + " ops/s");
                });
        if (schedule != null) {
            result.tally().leftUnsent(schedule.unsent());
        }
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
