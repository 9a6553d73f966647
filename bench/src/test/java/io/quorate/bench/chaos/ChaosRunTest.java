package io.quorate.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes under a few faults, for a short while. */
class ChaosRunTest {
    private static final long SECONDS = Long.getLong("quorate.chaos.seconds", 14);

    @TempDir
    private Path folder;

    private void nothingPromisedIsBroken(Victims victims, Set<Fault> faults, long seed) throws Exception {
        Timeline timeline = new Timeline(System.out::println);
        boolean safe = !faults.contains(Fault.WIPE);
        ChaosRun.Settings settings =
                new ChaosRun.Settings(new MixedLoad.Settings(8, 150, 30, seed, safe), SECONDS, 1500, 90);
        ChaosRun.Report report = new ChaosRun(settings, victims, faults, timeline).run();
        assertThat(report.wrong()).isEmpty();
        assertThat(report.faults()).as("faults that came").isNotEmpty();
        assertThat(report.requests().done()).as("requests done").isGreaterThan(20 * SECONDS);
        assertThat(report.reads()).as("reads that were checked").isGreaterThan(SECONDS);
        String page = ChaosPage.of(report, timeline, "A <short> run");
        assertThat(page).contains("A &lt;short&gt; run", "<svg", "Everything that was promised was kept");
        assertThat(timeline.events()).allSatisfy(event -> assertThat(page).contains(event.text()));
    }

    @Test
    void nodesOfOneProcess() throws Exception {
        try (Victims victims = JvmNodes.start(5, folder)) {
            nothingPromisedIsBroken(victims, EnumSet.allOf(Fault.class), 3);
        }
    }

    @Test
    void nodesAsProcesses() throws Exception {
        try (Victims victims = ServerProcesses.start(3, folder, Network.loopback(), begun -> {})) {
            nothingPromisedIsBroken(victims, EnumSet.of(Fault.KILL, Fault.FREEZE, Fault.WIPE), 4);
        }
        assertThat(Files.readString(folder.resolve("n1.log"))).contains("ready: n1");
    }
}
