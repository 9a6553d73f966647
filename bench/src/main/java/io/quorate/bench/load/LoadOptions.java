package io.quorate.bench.load;

import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.HttpNames;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that all commands have which load a store, and their rules. */
final class LoadOptions {
    private static final String DEFAULT_URLS = "http://127.0.0.1:7101,http://127.0.0.1:7102,http://127.0.0.1:7103";
    static final int CLIENTS_MAX = 4096;
    private static final int KEYS_MAX = 10_000_000;
    private static final int RUNS_MAX = 100;
    private static final double ZIPF_MAX = 10;
    private static final Duration TIMEOUT_MAX = Duration.ofSeconds(60);

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Option(
            names = "--url",
            split = ",",
            defaultValue = DEFAULT_URLS,
            paramLabel = "URL",
            description = "Base URL of a node; repeat it or separate by commas (default: ${DEFAULT-VALUE}).")
    private List<String> urls = List.of();

    @Option(
            names = "--route",
            defaultValue = "spread",
            paramLabel = "spread|ring",
            description = "spread: client i keeps to node i mod their number; ring: each key goes to its first home, by"
                    + " GET /v1/ring (default: ${DEFAULT-VALUE}).")
    private String route = "";

    @Option(
            names = "--embedded",
            description = "No URLs: start nodes in this process and call them through the Java API, without HTTP.")
    private boolean embedded;

    @Option(
            names = "--nodes",
            defaultValue = "3",
            description = "Nodes to start with --embedded (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where --embedded nodes keep their data (default: a temporary folder, deleted at the end).")
    private @Nullable Path data;

    @Option(names = "--bucket", defaultValue = "carts", description = "Bucket (default: ${DEFAULT-VALUE}).")
    private String bucket = "";

    @Option(names = "--create", description = "Make the bucket, leaderless, if it is missing.")
    private boolean create;

    @Option(
            names = "--duration",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "Length of a measured window (default: ${DEFAULT-VALUE}).")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--warmup",
            defaultValue = "3s",
            converter = DurationConverter.class,
            description = "Load before the first window, not measured (default: ${DEFAULT-VALUE}).")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--runs",
            defaultValue = "1",
            description = "Windows, one after the other; medians are reported (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--operations",
            defaultValue = "100000000",
            description = "End a window (and the warm-up) after so many operations (default: ${DEFAULT-VALUE}).")
    private long operationsMax;

    @Option(names = "--keys", defaultValue = "10000", description = "Number of keys (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--zipf",
            defaultValue = "0",
            paramLabel = "EXPONENT",
            description = "Popularity of keys by Zipf's law, such as 0.99; 0: all alike (default: ${DEFAULT-VALUE}).")
    private double zipf;

    @Option(
            names = "--value-size",
            defaultValue = "1024",
            paramLabel = "BYTES",
            description = "Size of the values (default: ${DEFAULT-VALUE}).")
    private int valueSizeBytes;

    @Option(
            names = "--timeout",
            defaultValue = "1s",
            converter = DurationConverter.class,
            description = "Deadline of an operation (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Seed of the choice of keys, operations, values and arrivals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--no-progress", description = "Show no progress.")
    private boolean noProgress;

    /** The settings that these options and those of the command make together. */
    LoadSettings settings(int clients, int readPercent, String level, Arrivals arrivals) {
        check(bucket.matches("[a-z0-9][a-z0-9._-]{0,63}"), "--bucket: '" + bucket + "' is no bucket name");
        checkRange("--clients", clients, 1, CLIENTS_MAX);
        checkRange("--keys", keys, 1, KEYS_MAX);
        checkRange("--value-size", valueSizeBytes, 0, HttpNames.VALUE_MAX_BYTES);
        checkRange("--operations", operationsMax, 1, Long.MAX_VALUE);
        checkRange("--runs", runs, 1, RUNS_MAX);
        check(zipf >= 0 && zipf <= ZIPF_MAX, "--zipf: " + zipf + " is not from 0 to " + (int) ZIPF_MAX);
        check(!duration.isZero(), "--duration: must be longer than 0");
        checkRange("--timeout in ms", timeout.toMillis(), 1, TIMEOUT_MAX.toMillis());
        check(level.matches("[A-Za-z_]+"), "--level: '" + level + "' is no level such as ONE or QUORUM");
        check(
                readPercent == 100 || keys >= clients,
                "--keys: " + keys + " is fewer than one for each of " + clients + " clients to write");
        if (embedded) {
            checkRange("--nodes", nodes, 1, EmbeddedCluster.NODES_MAX);
            check(
                    chosenRoute() == Route.SPREAD,
                    "--route: ring goes over HTTP, and --embedded nodes are called without");
            check(
                    ConsistencyLevel.parse(level).isPresent(),
                    "--level: '" + level + "' is none of " + List.of(ConsistencyLevel.values()));
        } else {
            check(data == null, "--data: is for --embedded nodes; those at URLs have theirs");
        }
        return new LoadSettings(
                endpoints(),
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
                seed,
                new LoadSettings.Manner(arrivals, zipf, chosenRoute(), runs, embedded ? nodes : 0));
    }

    /** What is done with the nodes of a run. */
    @FunctionalInterface
    interface Work<T> {
        /**
         * Does it.
         *
         * @param settings with the nodes to call
         * @param callers null for HTTP
         */
        T on(LoadSettings settings, Caller.@Nullable Factory callers) throws LoadException, InterruptedException;
    }

    /** Starts embedded nodes, if these were asked for, does the work and stops them again. */
    <T> T withNodes(LoadSettings settings, Work<T> work) throws LoadException, InterruptedException {
        if (!embedded) {
            return work.on(settings, null);
        }
        try (EmbeddedCluster cluster = EmbeddedCluster.start(nodes, data, bucket)) {
            return work.on(settings.withEndpoints(cluster.endpoints()), cluster::caller);
        }
    }

    Progress progress() {
        PrintStream err = System.err;
        if (noProgress) {
            return new NotesOnly(err);
        }
        return isTerminal() ? new BarProgress(err) : new LineProgress(err, System::nanoTime);
    }

    void checkRange(String option, long value, long min, long max) {
        check(value >= min && value <= max, option + ": " + value + " is not from " + min + " to " + max);
    }

    void check(boolean fits, String message) {
        if (!fits) {
            throw usage(message);
        }
    }

    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** The share of gets that a name of a mix stands for, in percent. */
    int readPercentOf(String option, String mix) {
        return switch (mix) {
            case "put" -> 0;
            case "get" -> 100;
            case "mixed" -> 50;
            default -> throw usage(option + ": '" + mix + "' is none of put, get, mixed");
        };
    }

    private Route chosenRoute() {
        return switch (route.toLowerCase(Locale.ROOT)) {
            case "spread" -> Route.SPREAD;
            case "ring" -> Route.RING;
            default -> throw usage("--route: '" + route + "' is neither spread nor ring");
        };
    }

    private List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String url : urls) {
            try {
                endpoints.add(Endpoint.parse(url.strip()));
            } catch (IllegalArgumentException e) {
                throw usage("--url: " + e.getMessage());
            }
        }
        return endpoints;
    }

    /** Whether standard error is a terminal; where the system does not tell, it is taken for none. */
    private static boolean isTerminal() {
        Path standardError = Path.of("/proc/self/fd/2");
        if (!Files.isSymbolicLink(standardError)) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(standardError).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            // Whether a bar or lines are drawn is all that depends on it.
            return false;
        }
    }
}
