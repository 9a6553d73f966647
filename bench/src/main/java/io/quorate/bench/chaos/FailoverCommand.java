package io.quorate.bench.chaos;

import com.google.common.collect.ImmutableSet;
import io.quorate.ring.wire.ErrorCode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a key is not written after its leader was lost. */
@Command(
        name = "failover",
        description = {
            "Kills the node that leads the group of some key, again and again, while clients go on; tells how long it takes"
                    + " until that key is written through another node, which errors clients see meanwhile (only"
                    + " no-leader, timeout and lost connections are allowed; of the node that is killed also that it stops,"
                    + " and of writes at SYNC that a voter is missing), and that no acknowledged write is lost.",
            "Ends with 0 if all was kept, with 1 if not."
        },
        mixinStandardHelpOptions = true)
public final class FailoverCommand extends ChaosCommand {
    private static final long LONGEST_MILLIS = 30_000;

    @Option(names = "--trials", defaultValue = "20", description = "how often (default 20)")
    private int trials;

    @Option(
            names = "--fault",
            defaultValue = "KILL",
            description = "what the leader suffers: STOP, KILL, FREEZE or ISOLATE (default ${DEFAULT-VALUE})")
    private Fault fault = Fault.KILL;

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
        if (trials < 1) {
            return "--trials must be above 0";
        }
        return switch (fault) {
            case STOP, KILL, FREEZE, ISOLATE -> "";
            case ONE_WAY_CUT, SLOW, FULL_DISK, WIPE, UNPLUG -> "--fault must be STOP, KILL, FREEZE or ISOLATE";
        };
    }

    @Override
    String plan() {
        return trials + " leaders lost";
    }

    @Override
    @Nullable
    Wanted wanted(Victims victims) {
        if (!victims.possible(0).contains(fault)) {
            System.err.println("quorate: --fault " + fault + " is not possible here");
            return null;
        }
        return new Wanted(Mode.LEADER, Set.of(), hasServers() ? LedLoad.WHEN_LEADERS_DIE : inside(), true);
    }

    /** A node of this process that is killed says for a moment that it stops; one that is a process says nothing. */
    private static Set<String> inside() {
        return ImmutableSet.<String>builder()
                .addAll(LedLoad.WHEN_LEADERS_DIE)
                .add(ErrorCode.UNAVAILABLE.text())
                .build();
    }

    @Override
    Ordeal ordeal(Stage stage, List<Load> loads, long chosenSeed) {
        LedLoad load = (LedLoad) loads.get(0);
        return new Failovers(new Failovers.Settings(trials, fault, chosenSeed, 1000, LONGEST_MILLIS), stage, load);
    }
}
