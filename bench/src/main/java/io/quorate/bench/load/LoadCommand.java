package io.quorate.bench.load;

import io.quorate.ring.wire.HttpNames;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench load}: puts and gets by many clients in a closed loop, and what they cost. */
@Command(
        name = "load",
        description = "Loads a running store with puts and gets and reports rates, latencies and costs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:there is no such bucket",
            "2:a wrong command line",
            "3:no node could be reached, or no operation was answered"
        })
public final class LoadCommand implements Callable<Integer> {
    private static final String DEFAULT_URLS = "http://127.0.0.1:7101,http://127.0.0.1:7102,http://127.0.0.1:7103";
    private static final int CLIENTS_MAX = 4096;
    private static final int KEYS_MAX = 10_000_000;
    private static final Duration TIMEOUT_MAX = Duration.ofSeconds(60);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Option(
            names = "--url",
            split = ",",
            defaultValue = DEFAULT_URLS,
            paramLabel = "URL",
            description = "Base URL of a node; repeat it or separate by commas (default: ${DEFAULT-VALUE}).")
    private List<String> urls = List.of();

    @Option(names = "--bucket", defaultValue = "carts", description = "Bucket (default: ${DEFAULT-VALUE}).")
    private String bucket = "";

    @Option(names = "--create", description = "Make the bucket, leaderless, if it is missing.")
    private boolean create;

    @Option(
            names = "--clients",
            defaultValue = "32",
            description = "Clients, each with one operation in flight (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--duration",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "Length of the measured window (default: ${DEFAULT-VALUE}).")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--warmup",
            defaultValue = "3s",
            converter = DurationConverter.class,
            description = "Load before the window, not measured (default: ${DEFAULT-VALUE}).")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--operations",
            defaultValue = "100000000",
            description = "End the window (and the warm-up) after so many operations (default: ${DEFAULT-VALUE}).")
    private long operationsMax;

    @ArgGroup(exclusive = true)
    private Mix mix = new Mix();

    @Option(names = "--keys", defaultValue = "10000", description = "Number of keys (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--value-size",
            defaultValue = "1024",
            paramLabel = "BYTES",
            description = "Size of the values (default: ${DEFAULT-VALUE}).")
    private int valueSizeBytes;

    @Option(names = "--level", defaultValue = "QUORUM", description = "Consistency level (default: ${DEFAULT-VALUE}).")
    private String level = "";

    @Option(
            names = "--timeout",
            defaultValue = "1s",
            converter = DurationConverter.class,
            description = "Deadline of an operation (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Seed of the choice of keys, operations and values (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            converter = OutputForm.Converter.class,
            paramLabel = "table|json",
            description = "Form of the report (default: ${DEFAULT-VALUE}).")
    private OutputForm output = OutputForm.TABLE;

    @Option(names = "--no-progress", description = "Show no progress.")
    private boolean noProgress;

    /** The share of gets, told in one of two ways. */
    static final class Mix {
        @Option(
                names = "--mix",
                paramLabel = "put|get|mixed",
                description = "Only puts, only gets, or half and half (default: mixed).")
        private @Nullable String name;

        @Option(names = "--reads", paramLabel = "PERCENT", description = "Gets in 100 operations.")
        private @Nullable Integer readPercent;
    }

    @Override
    public Integer call() throws InterruptedException {
        LoadSettings settings = settings();
        LoadRun run = new LoadRun(settings, progress());
        // A stopped run ends within one exchange and two scrapes of each node.
        Duration endMax = settings.socketTimeout()
                .multipliedBy(2 + 2L * settings.endpoints().size());
        Interruption interruption = Interruption.watch(run::stop, endMax);
        try {
            LoadReport report = run.execute();
            spec.commandLine().getOut().print(output.render(report));
            spec.commandLine().getOut().flush();
            boolean nothing = report.tally().answered() == 0 && report.tally().failed() > 0;
            return nothing ? LoadException.EXIT_UNAVAILABLE : 0;
        } catch (LoadException e) {
            spec.commandLine().getErr().println("bench load: " + e.getMessage());
            return e.exitCode();
        } finally {
            interruption.close();
        }
    }

    LoadSettings settings() {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String url : urls) {
            try {
                endpoints.add(Endpoint.parse(url.strip()));
            } catch (IllegalArgumentException e) {
                throw usage("--url: " + e.getMessage());
            }
        }
        check(bucket.matches("[a-z0-9][a-z0-9._-]{0,63}"), "--bucket: '" + bucket + "' is no bucket name");
        checkRange("--clients", clients, 1, CLIENTS_MAX);
        checkRange("--keys", keys, 1, KEYS_MAX);
        checkRange("--value-size", valueSizeBytes, 0, HttpNames.VALUE_MAX_BYTES);
        checkRange("--operations", operationsMax, 1, Long.MAX_VALUE);
        check(!duration.isZero(), "--duration: must be longer than 0");
        checkRange("--timeout in ms", timeout.toMillis(), 1, TIMEOUT_MAX.toMillis());
        check(level.matches("[A-Za-z_]+"), "--level: '" + level + "' is no level such as ONE or QUORUM");
        int readPercent = readPercent();
        check(
                readPercent == 100 || keys >= clients,
                "--keys: " + keys + " is fewer than one for each of " + clients + " clients to write");
        return new LoadSettings(
                endpoints,
                bucket,
                create,
                clients,
                duration,
                warmup,
                operationsMax,
                readPercent,
                keys,
                valueSizeBytes,
                level.toUpperCase(Locale.ROOT),
                timeout,
                seed);
    }

    private int readPercent() {
        if (mix.readPercent != null) {
            checkRange("--reads", mix.readPercent, 0, 100);
            return mix.readPercent;
        }
        String name = mix.name == null ? "mixed" : mix.name;
        return switch (name) {
            case "put" -> 0;
            case "get" -> 100;
            case "mixed" -> 50;
            default -> throw usage("--mix: '" + name + "' is none of put, get, mixed");
        };
    }

    private Progress progress() {
        PrintStream err = System.err;
        if (noProgress) {
            return new NotesOnly(err);
        }
        return isTerminal() ? new BarProgress(err) : new LineProgress(err, System::nanoTime);
    }

    /** Whether standard error is a terminal; where the system does not tell, it is taken for none. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private void checkRange(String option, long value, long min, long max) {
        check(value >= min && value <= max, option + ": " + value + " is not from " + min + " to " + max);
    }

    private void check(boolean fits, String message) {
        if (!fits) {
            throw usage(message);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
