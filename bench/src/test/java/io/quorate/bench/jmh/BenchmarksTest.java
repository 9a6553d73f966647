package io.quorate.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

class BenchmarksTest {
    /** Each is called a few times with each of its parameters; one that fails ends the run. */
    @Test
    void everyBenchmarkRuns() throws Exception {
        // Two builds on one machine may do this at once.
        System.setProperty("jmh.ignoreLock", "true");
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("io\\.quorate\\.bench\\.jmh\\..*")
                        .mode(Mode.SingleShotTime)
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        Set<String> classes = results.stream()
                .map(result -> result.getParams().getBenchmark())
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .collect(Collectors.toSet());
        assertThat(classes)
                .containsExactlyInAnyOrder(
                        "PlacementBench",
                        "LeafBench",
                        "VersionBench",
                        "CodecBench",
                        "StoreBench",
                        "LogBench",
                        "WritePathBench");
        assertThat(results).allMatch(result -> result.getPrimaryResult().getScore() > 0);
    }
}
