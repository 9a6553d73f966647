package io.quorate.bench.chaos;

import io.quorate.bench.local.AtExit;
import io.quorate.node.demo.DemoCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Hurts real nodes under a load, and checks every promise. */
@Command(
        name = "run",
        description = {
            "Hurts real nodes under a load whose whole history is checked: no acknowledged write is lost, nothing"
                    + " replaced or deleted comes back, siblings are exactly the concurrent writes, homes become equal by"
                    + " themselves, and no request ends but as the contract allows.",
            "Prints what happens and writes a page with a drawing of it. Ends with 0 if all was kept, with 1 if not."
        },
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
    private static final int NODES_MAX = 9;

    @Option(names = "--servers", description = "nodes as processes of their own (default: inside this one)")
    private boolean servers;

    @Option(
            names = "--cables",
            description = "with --servers: a network of their own, with cables that are pulled; needs root")
    private boolean cables;

    @Option(names = "--nodes", defaultValue = "5", description = "how many, 3 to " + NODES_MAX + " (default 5)")
    private int nodes;

    @Option(names = "--minutes", description = "how long faults go on (default: see --seconds)")
    private @Nullable Integer minutes;

    @Option(names = "--seconds", defaultValue = "60", description = "the same, shorter (default 60)")
    private int seconds;

    @Option(names = "--seed", description = "which faults come, and what is asked (default: drawn, and printed)")
    private @Nullable Long seed;

    @Option(
            names = "--faults",
            split = ",",
            description = "only these, separated by commas: ${COMPLETION-CANDIDATES} (default: all that are possible)")
    private @Nullable List<Fault> faults;

    @Option(names = "--step", defaultValue = "4", description = "seconds that a fault lasts, about (default 4)")
    private double step;

    @Option(names = "--rate", defaultValue = "400", description = "requests a second (default 400)")
    private int rate;

    @Option(names = "--clients", defaultValue = "16", description = "clients, each one request at a time (default 16)")
    private int clients;

    @Option(names = "--keys", defaultValue = "100", description = "keys of each of the two buckets (default 100)")
    private int keys;

    @Option(
            names = "--converge",
            defaultValue = "60",
            description = "seconds within which all homes must be equal after the last fault (default 60)")
    private int converge;

    @Option(names = "--page", description = "where the page goes (default quorate-chaos.html)")
    private Path page = Path.of("quorate-chaos.html");

    @Option(
            names = "--data",
            description = "folder for data and logs (default: a temporary one, removed if all is well)")
    private @Nullable Path data;

    @Override
    public Integer call() throws IOException, InterruptedException {
        String refusal = refusal();
        if (!refusal.isEmpty()) {
            System.err.println("quorate: " + refusal);
            return 2;
        }
        if (cables && System.getenv(Cables.INSIDE) == null) {
            return Cables.runInside();
        }
        Long given = seed;
        long chosen = given == null ? System.currentTimeMillis() % 1_000_000 : given;
        Path kept = data;
        Path folder = kept == null ? Files.createTempDirectory("quorate-chaos-") : Files.createDirectories(kept);
        Set<Fault> wanted = faults == null ? EnumSet.allOf(Fault.class) : EnumSet.copyOf(faults);
        Integer longer = minutes;
        long span = longer == null ? seconds : 60L * longer;
        System.out.printf(
                Locale.ROOT,
                "chaos: %d nodes %s, seed %d, %d s of faults, data and logs in %s%n",
                nodes,
                servers ? "as processes" : "in this process",
                chosen,
                span,
                folder.toAbsolutePath());
        Timeline timeline;
        ChaosRun.Report report;
        Set<Fault> possible = EnumSet.noneOf(Fault.class);
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
            for (int node = 0; node < nodes; node++) {
                possible.addAll(victims.possible(node));
            }
            tellImpossible(wanted, possible);
            possible.retainAll(wanted);
            if (possible.isEmpty()) {
                System.err.println("quorate: none of these faults is possible here");
                return 2;
            }
            timeline = new Timeline(System.out::println);
            report = new ChaosRun(
                            new ChaosRun.Settings(
                                    new MixedLoad.Settings(clients, rate, keys, chosen, !possible.contains(Fault.WIPE)),
                                    span,
                                    (long) (step * 1000),
                                    converge),
                            victims,
                            wanted,
                            timeline)
                    .run();
        } finally {
            end.close();
        }
        print(report);
        Files.writeString(page, ChaosPage.of(report, timeline, title(chosen, span)));
        System.out.println("page: " + page.toAbsolutePath());
        if (report.wrong().isEmpty() && kept == null) {
            DemoCluster.deleteTree(folder);
        }
        return report.wrong().isEmpty() ? 0 : 1;
    }

    private String title(long chosen, long span) {
        return "Quorate under faults: " + nodes + (servers ? " servers" : " nodes of one process") + ", " + span
                + " s, seed " + chosen;
    }

    private String refusal() {
        if (nodes < 3 || nodes > NODES_MAX) {
            return "--nodes must be from 3 to " + NODES_MAX;
        }
        if (cables && !servers) {
            return "--cables needs --servers: nodes of one process share its network";
        }
        Integer longer = minutes;
        if (seconds < 1 || (longer != null && longer < 1) || step < 0.1 || converge < 1) {
            return "--seconds, --minutes, --step and --converge must be above 0";
        }
        if (rate < 1 || rate > 100_000 || clients < 1 || clients > 1000 || keys < 1 || keys > 100_000) {
            return "--rate and --keys must be from 1 to 100000, --clients from 1 to 1000";
        }
        return "";
    }

    private Victims start(Path folder, Consumer<Victims> begun) throws IOException, InterruptedException {
        if (!servers) {
            return JvmNodes.start(nodes, folder);
        }
        return ServerProcesses.start(nodes, folder, cables ? Cables.lay(nodes) : Network.loopback(), begun);
    }

    private static void tellImpossible(Set<Fault> wanted, Set<Fault> possible) {
        List<String> missing = new ArrayList<>();
        Arrays.stream(Fault.values())
                .filter(fault -> wanted.contains(fault) && !possible.contains(fault))
                .forEach(fault -> missing.add(fault.name()));
        if (!missing.isEmpty()) {
            System.out.println("not possible here: " + String.join(", ", missing));
        }
    }

    private static void print(ChaosRun.Report report) {
        System.out.println("faults: " + report.faults());
        System.out.printf(
                Locale.ROOT,
                "requests: %d done, %d refused, %d writes that may have happened; errors %s%n",
                report.requests().done(),
                report.requests().refused(),
                report.requests().unknown(),
                report.errors());
        System.out.printf(
                Locale.ROOT,
                "checked: %d writes and deletes, %d reads of a quorum; homes equal %.1f s after the last fault%n",
                report.writes(),
                report.reads(),
                report.convergedSeconds());
        report.wrong().stream().limit(20).forEach(wrong -> System.out.println("BROKEN: " + wrong));
        System.out.println("promises broken: " + report.wrong().size());
    }
}
