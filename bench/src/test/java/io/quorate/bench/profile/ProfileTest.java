package io.quorate.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.BenchMain;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void timeOfARecordingGoesToThePartAndThreadThatUsedIt() throws Exception {
        Path file = folder.resolve("tiny.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            recording.enable("jdk.NativeMethodSample").withPeriod(Duration.ofMillis(20));
            recording.start();
            Thread busy = new Thread(ProfileTest::keepAClock, "clock-7");
            busy.start();
            busy.join();
            recording.stop();
            recording.dump(file);
        }

        Profile profile = Profile.read(file);

        assertThat(profile.samples()).isPositive();
        assertThat(profile.share(Part.VERSIONS)).isGreaterThan(0.5);
        assertThat(profile.threadGroups()).contains("clock-#");
        assertThat(execute(file)).isZero();
        assertThat(out.toString())
                .contains("| " + Part.VERSIONS.text() + " |")
                .contains("| clock-# |")
                .contains("of waiting threads left out");
    }

    @Test
    void whatIsNoRecordingIsAUsageError() throws Exception {
        Path file = Files.writeString(folder.resolve("text.jfr"), "no recording");

        assertThat(execute(file)).isEqualTo(2);
        assertThat(err.toString()).contains("text.jfr").contains("recording").doesNotContain("\tat ");
    }

    @Test
    void recordingWithoutSamplesSaysHowToMakeOne() throws Exception {
        Path file = folder.resolve("empty.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            recording.stop();
            recording.dump(file);
        }

        assertThat(execute(file)).isEqualTo(2);
        assertThat(err.toString()).contains("settings=profile");
    }

    private int execute(Path file) {
        return BenchMain.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute("profile", file.toString());
    }

    private static void keepAClock() {
        long until = System.nanoTime() + BUSY_NANOS;
        ActorId actor = new ActorId(NodeId.of("n1"), 0, 1);
        PartitionClock clock = new PartitionClock();
        long counter = 0;
        while (System.nanoTime() < until) {
            for (int i = 0; i < 1000; i++) {
                counter++;
                clock.add(new Dot(actor, counter));
                clock.base();
            }
        }
    }
}
