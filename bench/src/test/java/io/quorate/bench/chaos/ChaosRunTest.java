package io.quorate.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.check.LedHistories;
import io.quorate.bench.check.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes under a few faults, for a short while. */
class ChaosRunTest {
    private static final int KEYS = 30;
    private static final long SECONDS = Long.getLong("quorate.chaos.seconds", 14);

    @TempDir
    private Path folder;

    private ChaosRun.Report nothingPromisedIsBroken(Victims victims, Set<Fault> faults, long seed, TestLoads loads)
            throws Exception {
        Timeline timeline = new Timeline(System.out::println);
        Stage stage = new Stage(victims, timeline);
        try (Load load = loads.start(stage)) {
            SeededFaults ordeal = new SeededFaults(
                    new SeededFaults.Settings(faults, load instanceof LedLoad, seed, SECONDS, 1500), stage);
            ChaosRun.Report report = new ChaosRun(List.of(load), ordeal, timeline).run(90);
            assertThat(report.wrong()).isEmpty();
            assertThat(report.ordeal()).as("faults that came").contains("=");
            assertThat(report.requests().done()).as("requests done").isGreaterThan(20 * SECONDS);
            String page = ChaosPage.of(report, timeline, "A <short> run");
            assertThat(page).contains("A &lt;short&gt; run", "<svg", "Everything that was promised was kept");
            assertThat(timeline.events()).allSatisfy(event -> assertThat(page).contains(event.text()));
            report.counts().keySet().forEach(what -> assertThat(page).contains(what));
            return report;
        }
    }

    @Test
    void nodesOfOneProcess() throws Exception {
        Set<Fault> faults = EnumSet.allOf(Fault.class);
        try (Victims victims = JvmNodes.start(5, folder)) {
            ChaosRun.Report report = nothingPromisedIsBroken(
                    victims,
                    faults,
                    3,
                    TestLoads.leaderless(KEYS, !faults.contains(Fault.WIPE), 3, MixedLoad.WHATEVER_HAPPENS));
            assertThat(report.counts().get(MixedLoad.READS)).isGreaterThan(SECONDS);
        }
    }

    @Test
    void nodesAsProcesses() throws Exception {
        Set<Fault> faults = EnumSet.of(Fault.KILL, Fault.FREEZE, Fault.WIPE);
        try (Victims victims = ServerProcesses.start(3, folder, Network.loopback(), begun -> {})) {
            ChaosRun.Report report = nothingPromisedIsBroken(
                    victims,
                    faults,
                    4,
                    TestLoads.leaderless(KEYS, !faults.contains(Fault.WIPE), 4, MixedLoad.WHATEVER_HAPPENS));
            assertThat(report.counts().get(MixedLoad.READS)).isGreaterThan(SECONDS);
        }
        assertThat(Files.readString(folder.resolve("n1.log"))).contains("ready: n1");
    }

    @Test
    void groupsOfNodesOfOneProcess() throws Exception {
        Set<Fault> faults = EnumSet.of(Fault.STOP, Fault.KILL, Fault.ISOLATE, Fault.ONE_WAY_CUT);
        try (Victims victims = JvmNodes.start(5, folder)) {
            ChaosRun.Report report = nothingPromisedIsBroken(victims, faults, 4, TestLoads.led(KEYS, 4));
            assertThat(report.counts().get(LedLoad.OPERATIONS)).isGreaterThan(10 * SECONDS);
            assertThat(report.counts().get(LedLoad.SESSIONS)).isGreaterThan(SECONDS);
            assertThat(report.ordeal()).contains("at the leader of the busiest group");
        }
    }

    /** Puts down, once, that a read showed an older value than one whose answer had been there before it was asked. */
    private static final class Lying extends LedHistories {
        private final Map<String, Operation> older = new HashMap<>();
        private final Map<String, Operation> newer = new HashMap<>();
        private volatile boolean lied;

        @Override
        public synchronized void add(String key, Operation told) {
            super.add(key, altered(key, told));
        }

        private Operation altered(String key, Operation told) {
            if (lied || told.kind() != Operation.Kind.READ || told.tag() == null) {
                return told;
            }
            Operation first = older.putIfAbsent(key, told);
            Operation second = newer.get(key);
            if (first == null || told.tag().equals(first.tag())) {
                return told;
            }
            if (second == null) {
                newer.put(key, told);
            } else if (first.returned() < second.invoked() && second.returned() < told.invoked()) {
                lied = true;
                return told.shown(first.value(), first.tag(), told.returned());
            }
            return told;
        }
    }

    @Test
    void aReadThatShowsAnOlderValueIsFound() throws Exception {
        Timeline timeline = new Timeline(System.out::println);
        try (Victims victims = JvmNodes.start(3, folder)) {
            Stage stage = new Stage(victims, timeline);
            stage.bucket(LedLoad.BUCKET, LedLoad.DEFINITION);
            stage.awaitLed();
            Lying histories = new Lying();
            LedLoad.Settings settings = new LedLoad.Settings(4, 200, 3, 6, LedLoad.WHATEVER_HAPPENS);
            try (LedLoad load = LedLoad.start(settings, stage.urls(), histories, timeline)) {
                Stage.PATIENCE.await("a lie", () -> histories.lied);
                load.stop();
                assertThat(load.check())
                        .anySatisfy(wrong -> assertThat(wrong)
                                .contains("is not known to be linearizable", "no order explains", "read shows"));
            }
        }
    }
}
