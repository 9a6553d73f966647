package io.quorate.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.bench.BenchMain;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.TokenHash;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
    /** Of processor time, so that a crowded machine gives as many samples as a quiet one. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(800);

    private static final long WALL_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private static final AtomicLong LAST_TOKEN = new AtomicLong();

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
            Thread busy = new Thread(ProfileTest::hashKeys, "hash-7");
            busy.start();
            busy.join();
            recording.stop();
            recording.dump(file);
        }

        Profile profile = Profile.read(file);

        assertThat(profile.samples()).isPositive();
        assertThat(profile.share("hash-#", Part.VERSIONS)).isGreaterThan(0.8);
        // The rest is the start of the recording itself, and whatever else runs in this process.
        assertThat(profile.share(Part.VERSIONS)).isPositive();
        assertThat(Arrays.stream(Part.values()).mapToDouble(profile::share).sum())
                .isCloseTo(1, within(1e-9));
        assertThat(execute(file)).isZero();
        assertThat(out.toString())
                .contains("| " + Part.VERSIONS.text() + " |")
                .contains("| hash-# |")
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

    private static void hashKeys() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = System.nanoTime();
        // Long keys, so that the loop that is sampled is the hash's own and not this one.
        Bytes key = Bytes.wrap(new byte[1 << 18]);
        long token = 0;
        while (threads.getCurrentThreadCpuTime() < BUSY_NANOS && System.nanoTime() - start < WALL_NANOS_MAX) {
            token += TokenHash.tokenOf("carts", key);
        }
        LAST_TOKEN.set(token);
    }
}
