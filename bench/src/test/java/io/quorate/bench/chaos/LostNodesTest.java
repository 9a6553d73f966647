package io.quorate.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that is lost, and all nodes at once, on real nodes: once each. */
class LostNodesTest {
    private static final int KEYS = 5;

    @TempDir
    private Path folder;

    @Test
    void aKeyIsWrittenAgainThroughAnotherNodeWhenItsLeaderIsKilled() throws Exception {
        Timeline timeline = new Timeline(System.out::println);
        try (Victims victims = JvmNodes.start(3, folder)) {
            Stage stage = new Stage(victims, timeline);
            try (LedLoad load = (LedLoad) TestLoads.led(KEYS, 1).start(stage)) {
                Failovers failovers = new Failovers(new Failovers.Settings(1, Fault.KILL, 1, 200, 20_000), stage, load);
                ChaosRun.Report report = new ChaosRun(List.of(load), failovers, timeline).run(60);
                assertThat(report.wrong()).isEmpty();
                assertThat(failovers.trials()).singleElement().satisfies(trial -> {
                    assertThat(trial.millis()).isBetween(1.0, 20_000.0);
                    assertThat(stage.leads().heldBy(trial.node())).isPositive();
                });
                assertThat(report.ordeal()).contains("1 times the leader is killed");
            }
        }
    }

    @Test
    void whatWasAcknowledgedIsThereWhenAllNodesHaveBeenKilled() throws Exception {
        Timeline timeline = new Timeline(System.out::println);
        try (Victims victims = JvmNodes.start(3, folder)) {
            Stage stage = new Stage(victims, timeline);
            try (Load leaderless = TestLoads.leaderless(KEYS, true, 2, MixedLoad.WHATEVER_HAPPENS)
                            .start(stage);
                    Load led = TestLoads.led(KEYS, 2).start(stage)) {
                List<Load> loads = List.of(leaderless, led);
                KillAll ordeal = new KillAll(new KillAll.Settings(1, 1500), stage, loads);
                ChaosRun.Report report = new ChaosRun(loads, ordeal, timeline).run(60);
                assertThat(report.wrong()).isEmpty();
                assertThat(report.counts().get(MixedLoad.READS)).isPositive();
                assertThat(report.counts().get(LedLoad.OPERATIONS)).isPositive();
                assertThat(report.ordeal()).startsWith("1 times");
            }
        }
    }
}
