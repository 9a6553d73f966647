package io.quorate.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Execution(ExecutionMode.CONCURRENT)
class SimulationTest {
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);
    private static final int OPERATIONS = 120;

    private static SimReport run(long seed, PlantedBug bug) {
        return new Simulation(seed, ALL, OPERATIONS, bug, null).run();
    }

    @Test
    void noPromiseIsBrokenInAFixedRangeOfSeeds() {
        long reads = 0;
        long acknowledged = 0;
        Set<FaultKind> seen = EnumSet.noneOf(FaultKind.class);
        for (long seed = 1; seed <= 200; seed++) {
            SimReport report = run(seed, PlantedBug.NONE);
            assertThat(report.violation()).as("seed %d", seed).isNull();
            reads += report.reads();
            acknowledged += report.acknowledgedWrites();
            seen.addAll(report.faults().keySet());
        }
        // Otherwise the run above would have proved nothing.
        assertThat(reads).isGreaterThan(10_000);
        assertThat(acknowledged).isGreaterThan(10_000);
        assertThat(seen)
                .contains(
                        FaultKind.DROP, FaultKind.CRASH, FaultKind.CUT, FaultKind.CORRUPT_RECORD, FaultKind.WALL_CLOCK);
    }

    @Test
    void noPromiseIsBrokenWhereTheLastWriterWinsThoughClocksAreWrong() {
        for (long seed = 1001; seed <= 1100; seed++) {
            SimReport report = new Simulation(seed, ALL, OPERATIONS, PlantedBug.NONE, Conflicts.LWW).run();
            assertThat(report.violation()).as("seed %d", seed).isNull();
        }
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(run(seed, PlantedBug.NONE).traceHash())
                    .as("seed %d", seed)
                    .isEqualTo(run(seed, PlantedBug.NONE).traceHash());
        }
    }

    @Test
    void anotherSeedGivesAnotherTrace() {
        assertThat(run(1, PlantedBug.NONE).traceHash())
                .isNotEqualTo(run(2, PlantedBug.NONE).traceHash());
    }

    static Stream<String> seedsThatOnceFailed() throws IOException {
        return seeds("/seeds/leaderless.txt");
    }

    static Stream<String> seedsThatOnceFailedComingTogether() throws IOException {
        return seeds("/seeds/exchange.txt");
    }

    private static Stream<String> seeds(String resource) throws IOException {
        try (InputStream in = SimulationTest.class.getResourceAsStream(resource);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("seedsThatOnceFailed")
    void aSeedThatOnceFailedFailsNoMore(String line) {
        long seed = Long.parseLong(line.substring(0, line.indexOf(' ')));
        // As it ran then: without anti-entropy.
        SimReport report = new Simulation(seed, ALL, OPERATIONS, PlantedBug.NONE, null, false).run();
        assertThat(report.violation()).isNull();
    }

    @ParameterizedTest
    @MethodSource("seedsThatOnceFailedComingTogether")
    void aSeedThatOnceFailedComingTogetherFailsNoMore(String line) {
        long seed = Long.parseLong(line.substring(0, line.indexOf(' ')));
        assertThat(run(seed, PlantedBug.NONE).violation()).isNull();
    }

    @ParameterizedTest
    @EnumSource(value = PlantedBug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedBugIsFound(PlantedBug bug) {
        for (long seed = 1; seed <= bug.seeds(); seed++) {
            if (run(seed, bug).violation() != null) {
                return;
            }
        }
        assertThat(bug).as("found within %d seeds", bug.seeds()).isNull();
    }
}
