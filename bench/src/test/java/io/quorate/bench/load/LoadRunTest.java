package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
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

    @Test
    void runsOneAfterTheOtherAreReportedEach() throws Exception {
        LoadSettings settings = Settings.manner(
                settings(0, 100),
                Duration.ofSeconds(60),
                4,
                new LoadSettings.Manner(Arrivals.CLOSED, 0.99, Route.SPREAD, 3, 0));

        LoadSeries series = new LoadRun(settings, progress).execute();

        assertThat(series.runs()).hasSize(3).allMatch(run -> run.tally().answered() == 100);
        assertThat(progress.phases).containsExactly("measuring 1 of 3", "measuring 2 of 3", "measuring 3 of 3");
    }

    @Test
    void openLoopKeepsItsScheduleWhenTheStoreStallsAndTheWaitIsInTheResponseTimes() throws Exception {
        store.stallAfterPuts = 60;
        store.stallMillis = 600;

        Tally tally = run(openLoop(Duration.ofMillis(1500), 200, 2)).tally();

        assertThat(tally.answered() + tally.unsent()).isEqualTo(300);
        assertThat(tally.failures()).isEmpty();
        // 120 were due while two were in flight and nothing moved: the others waited for a client, on average half of
        // it.
        assertThat(tally.late()).isGreaterThan(100);
        assertThat(tally.latencies(Operation.PUT).p90()).isGreaterThan(200);
        assertThat(tally.serviceTimes(Operation.PUT).p90()).isLessThan(200);
        assertThat(tally.serviceTimes(Operation.PUT).max()).isGreaterThan(500);
    }

    @Test
    void closedLoopWaitsWithTheStoreSoThatItsTimesHideTheStall() throws Exception {
        store.stallAfterPuts = 60;
        store.stallMillis = 600;

        Tally tally = run(Settings.manner(settings(0, 300), Duration.ofSeconds(60), 2, LoadSettings.Manner.DEFAULT))
                .tally();

        assertThat(tally.answered()).isEqualTo(300);
        assertThat(tally.late()).isZero();
        assertThat(tally.latencies(Operation.PUT)).isEqualTo(tally.serviceTimes(Operation.PUT));
        assertThat(tally.latencies(Operation.PUT).p90()).isLessThan(200);
        assertThat(tally.latencies(Operation.PUT).max()).isGreaterThan(500);
    }

    @Test
    void whatCouldNotBeSentInTheWindowIsTold() throws Exception {
        store.stallAfterPuts = 20;
        store.stallMillis = 1000;

        Tally tally = run(openLoop(Duration.ofMillis(500), 200, 1)).tally();

        assertThat(tally.answered() + tally.unsent()).isEqualTo(100);
        assertThat(tally.unsent()).isGreaterThan(50);
        assertThat(tally.unsentMillisMax()).isGreaterThan(200);
    }

    @Test
    void routeByRingSendsEveryKeyToItsFirstHome() throws Exception {
        try (StubStore other = new StubStore()) {
            other.bucketThere = true;
            store.ring = "{\"nodes\":[{\"id\":\"a\",\"http\":\"" + store.url() + "\"},{\"id\":\"b\",\"http\":\""
                    + other.url() + "\"}],\"assignment\":[[\"a\",\"b\"],[\"b\",\"a\"]]}";
            LoadSettings settings = Settings.manner(
                    settings(0, 1000),
                    Duration.ofSeconds(60),
                    4,
                    new LoadSettings.Manner(Arrivals.CLOSED, 0, Route.RING, 1, 0));

            LoadReport report = run(settings);

            assertThat(report.tally().failures()).isEmpty();
            assertThat(report.settings().endpoints()).hasSize(2);
            assertThat(store.values).isNotEmpty();
            assertThat(other.values).isNotEmpty();
            PartitionCount halves = new PartitionCount(2);
            assertThat(store.values.keySet()).allMatch(path -> halves.partitionOf(tokenOf(path)) == 0);
            assertThat(other.values.keySet()).allMatch(path -> halves.partitionOf(tokenOf(path)) == 1);
        }
    }

    private static long tokenOf(String path) {
        return TokenHash.tokenOf("carts", Bytes.ofUtf8(path.substring(path.lastIndexOf('/') + 1)));
    }

    private LoadSettings openLoop(Duration duration, double perSecond, int clients) {
        LoadSettings.Manner manner =
                new LoadSettings.Manner(new Arrivals(Arrivals.Kind.EVEN, perSecond), 0, Route.SPREAD, 1, 0);
        return Settings.manner(settings(0, Long.MAX_VALUE), duration, clients, manner);
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

        static LoadSettings manner(LoadSettings base, Duration duration, int clients, LoadSettings.Manner manner) {
            return new LoadSettings(
                    base.endpoints(),
                    base.bucket(),
                    base.create(),
                    clients,
                    duration,
                    base.warmup(),
                    base.operationsMax(),
                    base.readPercent(),
                    base.keys(),
                    base.valueSizeBytes(),
                    base.level(),
                    Duration.ofSeconds(5),
                    base.seed(),
                    manner);
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
