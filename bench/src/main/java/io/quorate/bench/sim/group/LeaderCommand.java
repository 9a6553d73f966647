package io.quorate.bench.sim.group;

import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.SeedSweep;
import io.quorate.node.protocol.group.GroupEvent;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs leader mode under many seeds and says what it did and found. */
@Command(
        name = "simulate-leader",
        description =
                "leader mode under seeds, from the request to the disk, in virtual time: faults, and checks of every"
                        + " promise")
public final class LeaderCommand implements Callable<Integer> {
    private static final int LINES = 20_000;

    @Mixin
    private final SeedSweep seeds = new SeedSweep();

    @Option(
            names = "--planted",
            defaultValue = "NONE",
            description = "a bug to plant: ${COMPLETION-CANDIDATES}; then finding it is success")
    private GroupBug planted = GroupBug.NONE;

    private final Map<GroupEvent, Long> events = new EnumMap<>(GroupEvent.class);
    private long acknowledged;
    private long reads;
    private long rests;
    private long checks;
    private @Nullable GroupSimulation first;
    private long failing;

    @Override
    public Integer call() throws InterruptedException {
        if (!seeds.isUsable()) {
            System.err.println("quorate: --seeds must be above 0, --threads from 1 to 64");
            return 2;
        }
        long started = System.nanoTime();
        boolean whole = seeds.run(seed -> add(seed, new GroupSimulation(seed, planted).run()));
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "sim leader: %d seeds from %d, %.0f seeds/s, %d writes acknowledged, %d reads, %d rests, %d checks; %s%n",
                seeds.runs(),
                seeds.from(),
                seeds.runs() / seconds,
                acknowledged,
                reads,
                rests,
                checks,
                events);
        GroupSimulation broken = first;
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
        return whole && (first != null) == (planted != GroupBug.NONE) ? 0 : 1;
    }

    private synchronized boolean add(long seed, GroupSimulation run) {
        acknowledged += run.acknowledgedWrites();
        reads += run.reads();
        rests += run.rests();
        checks += run.checks();
        for (GroupEvent event : GroupEvent.values()) {
            events.merge(event, run.count(event), Long::sum);
        }
        boolean found = run.violation() != null;
        if (found && first == null) {
            first = run;
            failing = seed;
        }
        return found;
    }
}
