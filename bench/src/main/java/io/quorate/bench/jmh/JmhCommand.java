package io.quorate.bench.jmh;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench jmh}: the benchmarks of the parts. */
@Command(
        name = "jmh",
        description = "Runs the benchmarks of the parts by JMH and prints the time of one operation.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class JmhCommand implements Callable<Integer> {
    private static final String PACKAGE = "io\\.quorate\\.bench\\.jmh\\.";
    private static final int ITERATIONS = 5;
    private static final int ITERATIONS_QUICK = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "",
            paramLabel = "PATTERN",
            description = "Regular expression that a benchmark's name must contain, such as WritePath or"
                    + " VersionBench.merge (default: all).")
    private String pattern = "";

    @Option(names = "--quick", description = "One fork and short iterations: rough figures, in a minute or two.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the results to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws RunnerException {
        TimeValue length = TimeValue.milliseconds(quick ? 300 : 1000);
        int iterations = quick ? ITERATIONS_QUICK : ITERATIONS;
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(PACKAGE + ".*" + pattern)
                .forks(quick ? 1 : 2)
                .warmupIterations(iterations)
                .warmupTime(length)
                .measurementIterations(iterations)
                .measurementTime(length)
                .timeout(TimeValue.minutes(1))
                .shouldFailOnError(true);
        if (json != null) {
            options.resultFormat(ResultFormatType.JSON).result(json.toString());
        }
        try {
            new Runner(options.build()).run();
            return 0;
        } catch (NoBenchmarksException e) {
            throw new ParameterException(
                    spec.commandLine(), "PATTERN: no benchmark's name contains '" + pattern + "'", e);
        }
    }
}
