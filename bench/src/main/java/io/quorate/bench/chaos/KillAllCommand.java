package io.quorate.bench.chaos;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether anything is lost when all nodes die at once. */
@Command(
        name = "killall",
        description = {
            "Kills all nodes at once while clients go on, starts them and reads every key, again and again: nothing that was"
                    + " acknowledged may be lost, in leaderless buckets and in a leader bucket.",
            "Ends with 0 if all was kept, with 1 if not."
        },
        mixinStandardHelpOptions = true)
public final class KillAllCommand extends ChaosCommand {
    @Option(names = "--rounds", defaultValue = "10", description = "how often (default 10)")
    private int rounds;

    @Option(names = "--load", defaultValue = "4", description = "seconds of load before each kill (default 4)")
    private double load;

    @Option(
            names = "--mode",
            defaultValue = "BOTH",
            description = "which buckets: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE})")
    private Mode mode = Mode.BOTH;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Override
    int nodes() {
        return cluster.nodes();
    }

    @Override
    boolean hasServers() {
        return cluster.hasServers();
    }

    @Override
    String refusal() {
        return rounds < 1 || load < 0.1 ? "--rounds and --load must be above 0" : "";
    }

    @Override
    String plan() {
        return rounds + " times all killed";
    }

    @Override
    Wanted wanted(Victims victims) {
        return new Wanted(mode, MixedLoad.WHATEVER_HAPPENS, LedLoad.WHATEVER_HAPPENS, true);
    }

    @Override
    Ordeal ordeal(Stage stage, List<Load> loads, long chosenSeed) {
        return new KillAll(new KillAll.Settings(rounds, (long) (load * 1000)), stage, loads);
    }
}
