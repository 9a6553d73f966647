package io.quorate.bench.sim.raft;

import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.SeedSweep;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs many groups and says what they did and found. */
@Command(
        name = "simulate-groups",
        description = "Runs Raft groups in virtual time under seeded faults and checks every step.",
        mixinStandardHelpOptions = true)
public final class GroupsCommand implements Callable<Integer> {
    private static final int LINES = 2000;

    @Option(names = "--seeds", defaultValue = "1000", description = "how many seeds (default 1000)")
    private long seeds;

    @Option(names = "--from", defaultValue = "1", description = "the first seed (default 1)")
    private long from;

    @Option(names = "--threads", defaultValue = "2", description = "seeds at once (default 2)")
    private int threads;

    @Option(
            names = "--planted",
            defaultValue = "NONE",
            description = "a bug to plant: ${COMPLETION-CANDIDATES}; then finding it is success")
    private RaftBug planted = RaftBug.NONE;

    private long runs;
    private long acknowledged;
    private long reads;
    private long checks;
    private long failing = -1;
    private @Nullable RaftSimulation first;

    @Override
    public Integer call() throws InterruptedException {
        if (seeds < 1 || threads < 1 || threads > 64) {
            System.err.println("quorate: --seeds must be above 0, --threads from 1 to 64");
            return 2;
        }
        long started = System.nanoTime();
        new SeedSweep(from, seeds, threads).run(seed -> add(seed, new RaftSimulation(seed, planted).run()));
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "sim groups: %d seeds from %d, %.0f seeds/s, %d writes acknowledged, %d reads checked, %d checks%n",
                runs,
                from,
                runs / seconds,
                acknowledged,
                reads,
                checks);
        RaftSimulation broken = first;
        Violation violation = broken == null ? null : broken.violation();
        if (broken == null || violation == null) {
            System.out.println("violations: 0");
        } else {
            System.out.println("violation at seed " + failing + " after " + runs + " seeds: " + violation.getMessage());
            List<String> lines = broken.trace();
            lines.subList(Math.max(0, lines.size() - LINES), lines.size())
                    .forEach(line -> System.out.println("  " + line));
        }
        if (first == null && runs < seeds) {
            System.err.println("quorate: a worker ended early: " + runs + " of " + seeds + " seeds were run");
            return 1;
        }
        return (first != null) == (planted != RaftBug.NONE) ? 0 : 1;
    }

    private synchronized boolean add(long seed, RaftSimulation run) {
        runs++;
        acknowledged += run.acknowledgedWrites();
        reads += run.readsChecked();
        checks += run.checks();
        if (run.violation() != null && (first == null || seed < failing)) {
            first = run;
            failing = seed;
        }
        return run.violation() != null;
    }
}
