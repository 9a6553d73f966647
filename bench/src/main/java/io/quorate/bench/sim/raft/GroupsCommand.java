package io.quorate.bench.sim.raft;

import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.SeedSweep;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs many groups and says what they did and found. */
@Command(
        name = "simulate-groups",
        description = "Runs Raft groups in virtual time under seeded faults and checks every step.",
        mixinStandardHelpOptions = true)
public final class GroupsCommand implements Callable<Integer> {
    private static final int LINES = 2000;

    @Mixin
    private final SeedSweep seeds = new SeedSweep();

    @Option(
            names = "--planted",
            defaultValue = "NONE",
            description = "a bug to plant: ${COMPLETION-CANDIDATES}; then finding it is success")
    private RaftBug planted = RaftBug.NONE;

    private long acknowledged;
    private long reads;
    private long checks;
    private long failing = -1;
    private @Nullable RaftSimulation first;

    @Override
    public Integer call() throws InterruptedException {
        if (!seeds.isUsable()) {
            System.err.println("quorate: --seeds must be above 0, --threads from 1 to 64");
            return 2;
        }
        long started = System.nanoTime();
        boolean whole = seeds.run(seed -> add(seed, new RaftSimulation(seed, planted).run()));
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "sim groups: %d seeds from %d, %.0f seeds/s, %d writes acknowledged, %d reads checked, %d checks%n",
                seeds.runs(),
                seeds.from(),
                seeds.runs() / seconds,
                acknowledged,
                reads,
                checks);
        RaftSimulation broken = first;
        Violation violation = broken == null ? null : broken.violation();
        if (broken == null || violation == null) {
            System.out.println("violations: 0");
        } else {
            System.out.println(
                    "violation at seed " + failing + " after " + seeds.runs() + " seeds: " + violation.getMessage());
            List<String> lines = broken.trace();
            lines.subList(Math.max(0, lines.size() - LINES), lines.size())
                    .forEach(line -> System.out.println("  " + line));
        }
        if (!whole) {
            return 1;
        }
        return (first != null) == (planted != RaftBug.NONE) ? 0 : 1;
    }

    private synchronized boolean add(long seed, RaftSimulation run) {
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
