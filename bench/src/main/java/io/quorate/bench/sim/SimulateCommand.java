package io.quorate.bench.sim;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs many seeds and says what they did and found. */
@Command(
        name = "simulate",
        description = "Runs the whole cluster in virtual time under seeded faults and checks every answer.",
        mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
    private static final int OPERATIONS = 120;

    @Mixin
    private final SeedSweep seeds = new SeedSweep();

    @Option(
            names = "--planted",
            defaultValue = "NONE",
            description = "a bug to plant: ${COMPLETION-CANDIDATES}; then finding it is success")
    private PlantedBug planted = PlantedBug.NONE;

    @Option(
            names = "--conflicts",
            description = "buckets of one kind only: ${COMPLETION-CANDIDATES} (default: the seed chooses)")
    private @Nullable Conflicts conflicts;

    @Option(names = "--operations", defaultValue = "120", description = "client operations a seed (default 120)")
    private int operations = OPERATIONS;

    @Option(names = "--trace", description = "print the whole trace kept of a violation, unshortened")
    private boolean wholeTrace;

    private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
    private long issued;
    private long acknowledged;
    private long withStandIns;
    private long withoutHomes;
    private long reads;
    private long closed;
    private long checks;
    private double virtualSeconds;
    private @Nullable SimReport first;

    @Override
    public Integer call() throws InterruptedException {
        if (!seeds.isUsable() || operations < 1 || operations > 100_000) {
            System.err.println("quorate: --seeds and --operations must be above 0, --threads from 1 to 64");
            return 2;
        }
        long started = System.nanoTime();
        boolean whole =
                seeds.run(seed -> add(run(seed, EnumSet.allOf(FaultKind.class), operations, planted, conflicts)));
        double seconds = (System.nanoTime() - started) / 1e9;
        print(seconds);
        if (!whole) {
            return 1;
        }
        return (first != null) == (planted != PlantedBug.NONE) ? 0 : 1;
    }

    static SimReport run(
            long seed, Set<FaultKind> allowed, int operations, PlantedBug bug, @Nullable Conflicts conflicts) {
        return new Simulation(seed, allowed, operations, bug, conflicts).run();
    }

    private synchronized boolean add(SimReport report) {
        issued += report.issued();
        acknowledged += report.acknowledgedWrites();
        withStandIns += report.withStandIns();
        withoutHomes += report.withoutHomes();
        reads += report.reads();
        closed += report.gapsClosed();
        checks += report.checks();
        virtualSeconds += report.virtualNanos() / 1e9;
        report.faults().forEach((kind, count) -> faults.merge(kind, count, Long::sum));
        SimReport known = first;
        if (report.violation() != null && (known == null || report.seed() < known.seed())) {
            first = report;
        }
        return report.violation() != null;
    }

    private void print(double seconds) {
        System.out.printf(
                Locale.ROOT,
                "sim leaderless: %d seeds from %d, %.0f seeds/s, %.1f virtual hours, %d operations, %d writes"
                        + " acknowledged (%d by stand-ins, %d by no home), %d reads checked, %d gaps closed, %d checks%n",
                seeds.runs(),
                seeds.from(),
                seeds.runs() / seconds,
                virtualSeconds / 3600,
                issued,
                acknowledged,
                withStandIns,
                withoutHomes,
                reads,
                closed,
                checks);
        System.out.println("faults: " + faults);
        SimReport report = first;
        if (report == null) {
            System.out.println("violations: 0");
            return;
        }
        System.out.println(
                "violation at seed " + report.seed() + " after " + seeds.runs() + " seeds: " + message(report));
        SimReport shortest = wholeTrace ? report : Shortening.of(report.seed(), operations, planted, conflicts);
        System.out.println("the shortest run found has " + shortest.operations() + " operations and faults "
                + shortest.faults() + ": " + message(shortest));
        List<String> lines = shortest.trace();
        int shown = wholeTrace ? lines.size() : Math.min(lines.size(), 2000);
        lines.subList(lines.size() - shown, lines.size()).forEach(line -> System.out.println("  " + line));
    }

    private static String message(SimReport report) {
        Violation violation = report.violation();
        return violation == null ? "none" : String.valueOf(violation.getMessage());
    }

    /** Finds a smaller run of the same seed that fails too. */
    static final class Shortening {
        private Shortening() {}

        static SimReport of(long seed, int operations, PlantedBug bug, @Nullable Conflicts conflicts) {
            Set<FaultKind> allowed = EnumSet.allOf(FaultKind.class);
            SimReport best = run(seed, allowed, operations, bug, conflicts);
            for (FaultKind kind : FaultKind.values()) {
                Set<FaultKind> fewer = EnumSet.copyOf(allowed);
                fewer.remove(kind);
                SimReport report = run(seed, fewer, operations, bug, conflicts);
                if (report.violation() != null) {
                    allowed = fewer;
                    best = report;
                }
            }
            for (int count : Arrays.asList(2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96)) {
                if (count < best.operations()) {
                    SimReport report = run(seed, allowed, count, bug, conflicts);
                    if (report.violation() != null) {
                        return report;
                    }
                }
            }
            return best;
        }
    }
}
