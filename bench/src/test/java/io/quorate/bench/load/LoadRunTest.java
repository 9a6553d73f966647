package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadRunTest {
    private final StubStore store = new StubStore();
    private final SpyProgress progress = new SpyProgress();

    @AfterEach
    void stop() {
        store.close();
    }

    @Test
    void runEndsAfterTheGivenNumberOfOperations() throws Exception {
        LoadReport report = run(settings(50, 500));

        assertThat(report.tally().answered()).isEqualTo(500);
        assertThat(report.tally().failed()).isZero();
        assertThat(report.interrupted()).isFalse();
        assertThat(report.operationsPerSecond()).isPositive();
    }

    @Test
    void preloadWritesEveryKeyOnceSoThatGetsFindThem() throws Exception {
        LoadReport report = run(settings(100, 200));

        assertThat(report.preload().keys()).isEqualTo(40);
        assertThat(store.puts).hasValue(40);
        assertThat(store.gets).hasValue(200);
        assertThat(report.tally().missing()).isZero();
        assertThat(store.values.values()).hasSize(40).allMatch(value -> value.length == 64);
    }

    @Test
    void putsGoOnFromTheLastAnswerOfTheirKey() throws Exception {
        LoadReport report = run(settings(0, 1000));

        assertThat(report.tally().failures()).isEmpty();
        assertThat(report.tally().putsWithoutContext()).isEqualTo(store.blindPuts.get());
        assertThat(store.blindPuts.get()).isLessThanOrEqualTo(40);
    }

    @Test
    void runOverAnExistingBucketLearnsItsContextsFirst() throws Exception {
        run(settings(0, 1000));
        int blindPuts = store.blindPuts.get();

        LoadReport second = run(settings(0, 1000));

        assertThat(second.tally().putsWithoutContext()).isZero();
        assertThat(store.blindPuts).hasValue(blindPuts);
    }

    @Test
    void preloadOverAnExistingBucketReplacesWhatIsThere() throws Exception {
        run(settings(100, 10));
        run(settings(100, 10));

        assertThat(store.puts).hasValue(80);
        assertThat(store.blindPuts).hasValue(40);
    }

    @Test
    void everyClientKeepsItsOneConnection() throws Exception {
        run(settings(50, 500));

        assertThat(store.peerPorts).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void refusalsAreCountedByStatusAndCode() throws Exception {
        store.refusing = true;

        LoadReport report = run(settings(0, 100));

        assertThat(report.tally().answered()).isZero();
        assertThat(report.tally().failures()).containsExactly(Map.entry("503 unavailable", 100L));
    }

    @Test
    void failedPreloadIsTold() throws Exception {
        store.refusing = true;

        LoadReport report = run(settings(100, 10));

        assertThat(report.preload().failed()).isEqualTo(40);
        assertThat(progress.notes).anyMatch(note -> note.contains("40 keys failed"));
    }

    @Test
    void stoppedRunReportsWhatItHas() throws Exception {
        LoadRun run = new LoadRun(settings(50, Long.MAX_VALUE), progress);
        progress.onBegin = phase -> {
            if (phase.equals("measuring")) {
                run.stop();
            }
        };

        LoadReport report = run.execute().runs().get(0);

        assertThat(report.interrupted()).isTrue();
        assertThat(report.preload().keys()).isEqualTo(40);
    }

    @Test
    void nodeThatIsDownIsPassedOver() throws Exception {
        LoadSettings one = settings(50, 200);
        LoadSettings two = Settings.with(one, List.of(new Endpoint("127.0.0.1", freePort()), one.endpointOf(0)));

        LoadReport report = run(two);

        assertThat(report.tally().answered()).isPositive();
        assertThat(progress.notes).anyMatch(note -> note.contains("not reached"));
        assertThat(report.serverCpuMillisPerThousand()).isEmpty();
    }

    @Test
    void nothingReachedIsOneClearLine() throws Exception {
        LoadSettings dead = Settings.with(settings(50, 200), List.of(new Endpoint("127.0.0.1", freePort())));

        assertThatThrownBy(() -> run(dead))
                .isInstanceOfSatisfying(
                        LoadException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
                .hasMessageContaining("no node could be reached");
    }

    @Test
    void missingBucketIsToldUnlessItIsToBeMade() {
        LoadSettings settings = Settings.withoutCreate(settings(50, 200));

        assertThatThrownBy(() -> run(settings))
                .isInstanceOfSatisfying(
                        LoadException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
                .hasMessageContaining("--create");
    }

    @Test
    void missingMetricsLeaveTheFiguresOut() throws Exception {
        LoadReport report = run(settings(50, 200));

        assertThat(report.serverCpuMillisPerThousand()).isEmpty();
        assertThat(report.fsyncsPerThousandPuts()).isEmpty();
        assertThat(report.clientCpuMillisPerThousand()).isPresent();
    }

    private LoadReport run(LoadSettings settings) throws Exception {
        return new LoadRun(settings, progress).execute().runs().get(0);
    }

    private LoadSettings settings(int readPercent, long operations) {
        return Settings.of(Endpoint.parse(store.url()), readPercent, operations);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Settings of small runs. */
    static final class Settings {
        private Settings() {}

        static LoadSettings of(Endpoint endpoint, int readPercent, long operations) {
            return settings(List.of(endpoint), true, readPercent, operations);
        }

        static LoadSettings with(LoadSettings base, List<Endpoint> endpoints) {
            return settings(endpoints, base.create(), base.readPercent(), base.operationsMax());
        }

        static LoadSettings withoutCreate(LoadSettings base) {
            return settings(base.endpoints(), false, base.readPercent(), base.operationsMax());
        }

        private static LoadSettings settings(
                List<Endpoint> endpoints, boolean create, int readPercent, long operations) {
            return new LoadSettings(
                    endpoints,
                    "carts",
                    create,
                    4,
                    Duration.ofSeconds(60),
                    Duration.ZERO,
                    operations,
                    readPercent,
                    40,
                    64,
                    "QUORUM",
                    Duration.ofSeconds(1),
                    1,
                    LoadSettings.Manner.DEFAULT);
        }
    }
}
