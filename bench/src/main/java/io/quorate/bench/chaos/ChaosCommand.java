package io.quorate.bench.chaos;

import io.quorate.bench.check.KeyHistories;
import io.quorate.bench.check.LedHistories;
import io.quorate.bench.local.AtExit;
import io.quorate.node.demo.DemoCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all commands share that put real nodes through something under a checked load. */
abstract class ChaosCommand implements Callable<Integer> {
    private static final int NODES_MAX = 9;

    @Option(names = "--seed", description = "what comes, and what is asked (default: drawn, and printed)")
    private @Nullable Long seed;

    @Option(names = "--rate", defaultValue = "400", description = "requests a second (default 400)")
    private int rate;

    @Option(names = "--clients", defaultValue = "16", description = "clients, each one request at a time (default 16)")
    private int clients;

    @Option(names = "--keys", defaultValue = "100", description = "keys of each bucket (default 100)")
    private int keys;

    @Option(
            names = "--converge",
            defaultValue = "60",
            description = "seconds within which all must be well after the last fault (default 60)")
    private int converge;

    @Option(names = "--page", description = "where the page goes (default quorate-chaos.html)")
    private Path page = Path.of("quorate-chaos.html");

    @Option(
            names = "--data",
            description = "folder for data and logs (default: a temporary one, removed if all is well)")
    private @Nullable Path data;

    /** Which buckets are under load. */
    enum Mode {
        LEADERLESS,
        LEADER,
        BOTH
    }

    /** What a command has in mind of its load. */
    record Wanted(Mode mode, Set<String> allowedLeaderless, Set<String> allowedOfLeader, boolean disksAreSafe) {}

    abstract int nodes();

    /** Whether the nodes are processes of their own. */
    abstract boolean hasServers();

    /** The network of processes; asked for only if they are. */
    Network network() throws IOException, InterruptedException {
        return Network.loopback();
    }

    /** What is wrong with the options of the command itself; empty if nothing is. */
    abstract String refusal();

    /** What is to be done, in a few words. */
    abstract String plan();

    /** What the load is to be on these nodes; null, after having said why, if nothing can be done to them. */
    abstract @Nullable Wanted wanted(Victims victims);

    abstract Ordeal ordeal(Stage stage, List<Load> loads, long chosenSeed);

    @Override
    public Integer call() throws IOException, InterruptedException {
        String refusal = commonRefusal().isEmpty() ? refusal() : commonRefusal();
        if (!refusal.isEmpty()) {
            System.err.println("quorate: " + refusal);
            return 2;
        }
        Long given = seed;
        long chosen = given == null ? System.currentTimeMillis() % 1_000_000 : given;
        Path kept = data;
        Path folder = kept == null ? Files.createTempDirectory("quorate-chaos-") : Files.createDirectories(kept);
        String nodes = nodes() + (hasServers() ? " servers" : " nodes of one process");
        System.out.printf(
                Locale.ROOT,
                "chaos: %s, seed %d, %s, data and logs in %s%n",
                nodes,
                chosen,
                plan(),
                folder.toAbsolutePath());
        AtomicReference<@Nullable Victims> begun = new AtomicReference<>();
        AtExit end = AtExit.run(() -> {
            Victims left = begun.get();
            if (left != null) {
                left.close();
            }
        });
        try {
            Victims victims = start(folder, begun::set);
            begun.set(victims);
            Wanted wanted = wanted(victims);
            if (wanted == null) {
                return 2;
            }
            Timeline timeline = new Timeline(System.out::println);
            ChaosRun.Report report = run(new Stage(victims, timeline), wanted, chosen);
            print(report, chosen);
            String title = "Quorate under faults: " + nodes + ", " + plan() + ", seed " + chosen;
            Files.writeString(page, ChaosPage.of(report, timeline, title));
            System.out.println("page: " + page.toAbsolutePath());
            if (!report.wrong().isEmpty()) {
                return 1;
            }
        } finally {
            end.close();
        }
        if (kept == null) {
            DemoCluster.deleteTree(folder);
        }
        return 0;
    }

    private ChaosRun.Report run(Stage stage, Wanted wanted, long chosen) throws IOException, InterruptedException {
        List<Load> loads = new ArrayList<>();
        try {
            int share = wanted.mode() == Mode.BOTH ? 2 : 1;
            int askers = Math.max(1, clients / share);
            int each = Math.max(1, rate / share);
            if (wanted.mode() != Mode.LEADER) {
                stage.bucket(MixedLoad.STRICT, "{\"mode\":\"leaderless\",\"sloppy\":false}");
                stage.bucket(MixedLoad.SLOPPY, "{\"mode\":\"leaderless\"}");
                loads.add(MixedLoad.start(
                        new MixedLoad.Settings(
                                askers, each, keys, chosen, wanted.disksAreSafe(), wanted.allowedLeaderless()),
                        stage.urls(),
                        new KeyHistories(),
                        stage.timeline()));
            }
            if (wanted.mode() != Mode.LEADERLESS) {
                stage.bucket(LedLoad.BUCKET, LedLoad.DEFINITION);
                stage.awaitLed();
                loads.add(LedLoad.start(
                        new LedLoad.Settings(askers, each, keys, chosen, wanted.allowedOfLeader()),
                        stage.urls(),
                        new LedHistories(),
                        stage.timeline()));
            }
            return new ChaosRun(loads, ordeal(stage, loads, chosen), stage.timeline()).run(converge);
        } finally {
            loads.forEach(Load::close);
        }
    }

    private String commonRefusal() {
        if (nodes() < 3 || nodes() > NODES_MAX) {
            return "--nodes must be from 3 to " + NODES_MAX;
        }
        if (converge < 1) {
            return "--converge must be above 0";
        }
        if (rate < 1 || rate > 100_000 || clients < 1 || clients > 1000 || keys < 1 || keys > 100_000) {
            return "--rate and --keys must be from 1 to 100000, --clients from 1 to 1000";
        }
        return "";
    }

    private Victims start(Path folder, Consumer<Victims> begun) throws IOException, InterruptedException {
        return hasServers()
                ? ServerProcesses.start(nodes(), folder, network(), begun)
                : JvmNodes.start(nodes(), folder);
    }

    private static void print(ChaosRun.Report report, long seed) {
        System.out.println("done to them: " + report.ordeal());
        System.out.printf(
                Locale.ROOT,
                "requests: %d done, %d refused, %d writes that may have happened; errors %s%n",
                report.requests().done(),
                report.requests().refused(),
                report.requests().unknown(),
                report.errors());
        report.counts().forEach((what, count) -> System.out.println("looked into: " + count + " " + what));
        report.settled()
                .forEach((goal, seconds) ->
                        System.out.printf(Locale.ROOT, "%s %.1f s after the last fault%n", goal, seconds));
        report.wrong().stream().limit(20).forEach(wrong -> System.out.println("BROKEN, seed " + seed + ": " + wrong));
        System.out.println("promises broken: " + report.wrong().size());
    }
}
