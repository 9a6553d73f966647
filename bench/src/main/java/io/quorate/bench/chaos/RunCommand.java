package io.quorate.bench.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Hurts real nodes under a load, and checks every promise. */
@Command(
        name = "run",
        description = {
            "Hurts real nodes under a load whose whole history is checked. Leaderless buckets: no acknowledged write is"
                    + " lost, nothing replaced or deleted comes back, siblings are exactly the concurrent writes, homes"
                    + " become equal by themselves. Leader buckets: what clients are told of each key is linearizable,"
                    + " sessions never go back, and every key is served again. And no request ends but as the contract"
                    + " allows.",
            "Prints what happens and writes a page with a drawing of it. Ends with 0 if all was kept, with 1 if not."
        },
        mixinStandardHelpOptions = true)
public final class RunCommand extends ChaosCommand {
    @Option(names = "--servers", description = "nodes as processes of their own (default: inside this one)")
    private boolean servers;

    @Option(
            names = "--cables",
            description = "with --servers: a network of their own, with cables that are pulled; needs root")
    private boolean cables;

    @Option(names = "--nodes", defaultValue = "5", description = "how many, 3 to 9 (default 5)")
    private int nodes;

    @Option(
            names = "--mode",
            defaultValue = "BOTH",
            description =
                    "which buckets: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}: each gets half of the requests)")
    private Mode mode = Mode.BOTH;

    @Option(names = "--minutes", description = "how long faults go on (default: see --seconds)")
    private @Nullable Integer minutes;

    @Option(names = "--seconds", defaultValue = "60", description = "the same, shorter (default 60)")
    private int seconds;

    @Option(
            names = "--faults",
            split = ",",
            description = "only these, separated by commas: ${COMPLETION-CANDIDATES} (default: all that are possible)")
    private @Nullable List<Fault> faults;

    @Option(names = "--step", defaultValue = "4", description = "seconds that a fault lasts, about (default 4)")
    private double step;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (servers && cables && System.getenv(Cables.INSIDE) == null) {
            return Cables.runInside();
        }
        return super.call();
    }

    @Override
    int nodes() {
        return nodes;
    }

    @Override
    boolean hasServers() {
        return servers;
    }

    @Override
    Network network() throws IOException, InterruptedException {
        return cables ? Cables.lay(nodes) : Network.loopback();
    }

    @Override
    String refusal() {
        if (cables && !servers) {
            return "--cables needs --servers: nodes of one process share its network";
        }
        Integer longer = minutes;
        if (seconds < 1 || (longer != null && longer < 1) || step < 0.1) {
            return "--seconds, --minutes and --step must be above 0";
        }
        return "";
    }

    @Override
    String plan() {
        return span() + " s of faults";
    }

    private long span() {
        Integer longer = minutes;
        return longer == null ? seconds : 60L * longer;
    }

    /** Kinds that were asked for. */
    private Set<Fault> faults() {
        return faults == null ? EnumSet.allOf(Fault.class) : EnumSet.copyOf(faults);
    }

    @Override
    @Nullable
    Wanted wanted(Victims victims) {
        Set<Fault> wanted = faults();
        Set<Fault> possible = EnumSet.noneOf(Fault.class);
        for (int node = 0; node < nodes; node++) {
            possible.addAll(victims.possible(node));
        }
        tellImpossible(possible);
        possible.retainAll(wanted);
        if (possible.isEmpty()) {
            System.err.println("quorate: none of these faults is possible here");
            return null;
        }
        return new Wanted(mode, MixedLoad.WHATEVER_HAPPENS, LedLoad.WHATEVER_HAPPENS, !possible.contains(Fault.WIPE));
    }

    private void tellImpossible(Set<Fault> possible) {
        List<String> missing = new ArrayList<>();
        Arrays.stream(Fault.values())
                .filter(faults()::contains)
                .filter(fault -> !possible.contains(fault))
                .forEach(fault -> missing.add(fault.name()));
        if (!missing.isEmpty()) {
            System.out.println("not possible here: " + String.join(", ", missing));
        }
    }

    @Override
    Ordeal ordeal(Stage stage, List<Load> loads, long chosenSeed) {
        return new SeededFaults(
                new SeededFaults.Settings(faults(), mode != Mode.LEADERLESS, chosenSeed, span(), (long) (step * 1000)),
                stage);
    }
}
