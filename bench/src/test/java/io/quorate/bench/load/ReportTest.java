package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final ServerUse USE =
            new ServerUse(OptionalDouble.of(0.5), OptionalDouble.of(1500), List.of(use("n1"), use("n2"), use("n3")));

    @Test
    void latenciesAreMillisecondsPerKindOfOperation() {
        Tally tally = new Tally();
        for (int millis = 1; millis <= 1000; millis++) {
            tally.answered(Operation.PUT, TimeUnit.MILLISECONDS.toNanos(millis), TimeUnit.MILLISECONDS.toNanos(millis));
        }
        Latencies puts = tally.latencies(Operation.PUT);

        assertThat(puts.count()).isEqualTo(1000);
        assertThat(puts.p50()).isEqualTo(500, within(1.0));
        assertThat(puts.p90()).isEqualTo(900, within(1.0));
        assertThat(puts.p99()).isEqualTo(990, within(1.0));
        assertThat(puts.p999()).isEqualTo(999, within(1.0));
        assertThat(puts.max()).isEqualTo(1000, within(1.0));
        assertThat(tally.latencies(Operation.GET)).isEqualTo(new Latencies(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void talliesOfClientsAddUp() {
        Tally total = new Tally();
        for (int i = 0; i < 2; i++) {
            Tally tally = new Tally();
            tally.answered(Operation.PUT, 1_000_000, 1_000_000);
            tally.answered(Operation.GET, 2_000_000, 2_000_000);
            tally.failed("504 timeout", 3_000_000);
            tally.sawSiblings();
            tally.sawNothing();
            tally.wentWithoutContext();
            total.add(tally);
        }

        assertThat(total.answered()).isEqualTo(4);
        assertThat(total.failed()).isEqualTo(2);
        assertThat(total.failures()).containsEntry("504 timeout", 2L);
        assertThat(total.siblings()).isEqualTo(2);
        assertThat(total.missing()).isEqualTo(2);
        assertThat(total.putsWithoutContext()).isEqualTo(2);
    }

    @Test
    void costsAreOfAThousandOperations() {
        LoadReport report = report(USE);

        assertThat(report.serverCpuMillisPerThousand()).hasValue(250);
        assertThat(report.clientCpuMillisPerThousand()).hasValue(125);
        assertThat(report.fsyncsPerThousandPuts()).hasValue(1500);
        assertThat(report.operationsPerSecond()).isEqualTo(1000);
    }

    @Test
    void jsonHasAllSettingsAndFigures() throws Exception {
        JsonNode json = new ObjectMapper().readTree(ReportJson.render(series(report(USE))));

        assertThat(json.at("/settings/urls/0").asText()).isEqualTo("http://127.0.0.1:7101");
        assertThat(json.get("settings").properties()).hasSize(19);
        assertThat(json.at("/settings/readPercent").asInt()).isEqualTo(50);
        assertThat(json.get("operations").asLong()).isEqualTo(2000);
        assertThat(json.get("operationsPerSecond").asDouble()).isEqualTo(1000);
        assertThat(json.get("siblingsSeen").asLong()).isEqualTo(1);
        assertThat(json.at("/errors/503 unavailable").asLong()).isEqualTo(1);
        assertThat(json.at("/latencyMs/put").properties().stream().map(Map.Entry::getKey))
                .containsExactly("count", "mean", "p50", "p90", "p99", "p99.9", "max");
        assertThat(json.at("/latencyMs/get/count").asLong()).isEqualTo(1000);
        assertThat(json.at("/server/cpuMsPer1000Operations").asDouble()).isEqualTo(250);
        assertThat(json.at("/server/processes").asInt()).isEqualTo(3);
        assertThat(json.at("/server/fsyncsPer1000Puts").asDouble()).isEqualTo(1500);
        assertThat(json.at("/client/cpuMsPer1000Operations").asDouble()).isEqualTo(125);
    }

    @Test
    void jsonOfASeriesIsAsItAlwaysWas() throws Exception {
        String golden;
        try (InputStream in = ReportTest.class.getResourceAsStream("/golden/load-report.json")) {
            golden = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(ReportJson.render(series(report(USE), report(USE))) + "\n").isEqualTo(golden);
    }

    @Test
    void typicalRunHasTheMiddleRateAndMediansAreOfEachFigureByItself() {
        LoadSeries series = series(report(USE, 4.0), report(USE, 1.0), report(USE, 2.0));

        assertThat(series.typical()).isEqualTo(2);
        assertThat(series.medians().get(Figures.RATE)).hasValue(1000);
        assertThat(Figures.medians(List.of(
                                new Figures(Map.of("a", 1.0, "b", 1.0)),
                                new Figures(Map.of("a", 4.0)),
                                new Figures(Map.of("a", 2.0)),
                                new Figures(Map.of("a", 9.0))))
                        .values())
                .isEqualTo(Map.of("a", 3.0));
        assertThat(ReportTable.render(series)).contains("3 (above)").contains("median");
    }

    @Test
    void tableOfAnOpenLoopTellsWhatBeganLateAndWhatWasNeverSent() {
        Tally tally = new Tally();
        tally.answered(Operation.PUT, 1_000_000, 9_000_000);
        tally.beganLate();
        tally.leftUnsent(new ArrivalSchedule.Unsent(12, 34_000_000));
        LoadSettings settings = LoadRunTest.Settings.manner(
                LoadRunTest.Settings.of(Endpoint.parse("http://127.0.0.1:7101"), 0, 10),
                Duration.ofSeconds(1),
                4,
                new LoadSettings.Manner(new Arrivals(Arrivals.Kind.POISSON, 5000), 0.99, Route.RING, 1, 0));
        LoadReport report =
                new LoadReport(settings, false, new LoadReport.Preload(0, 0, 0), 1, tally, USE, OptionalDouble.empty());

        assertThat(ReportTable.render(series(report)))
                .contains("open loop, 5000.00/s poisson, 4 clients")
                .contains("Zipf, exponent 0.99; nodes by ring")
                .containsPattern("begun late +1 ")
                .contains("12 operations were due; the first of them had waited 34.0 ms")
                .containsPattern("put +1 +9\\.")
                .containsPattern("put service +1 +1\\.");
    }

    @Test
    void whatIsNotKnownIsNullInJsonAndNotAvailableInTheTable() throws Exception {
        LoadReport report = report(ServerUse.unknown());
        JsonNode json = new ObjectMapper().readTree(ReportJson.render(series(report)));

        assertThat(json.at("/server/cpuMsPer1000Operations").isNull()).isTrue();
        assertThat(json.at("/server/fsyncsPer1000Puts").isNull()).isTrue();
        assertThat(json.at("/latencyMs/failed/p99.9").isNull()).isFalse();
        assertThat(new ObjectMapper()
                        .readTree(ReportJson.render(series(nothingMeasured())))
                        .at("/latencyMs/put/p99")
                        .isNull())
                .isTrue();
        assertThat(ReportTable.render(series(report)))
                .contains("n/a ms per 1000 operations, n/a processes")
                .contains("n/a per 1000 puts");
    }

    @Test
    void tableNamesSettingsRatesLatenciesAndErrors() {
        assertThat(ReportTable.render(series(report(USE))))
                .contains("closed loop, 4 clients, 50 % gets")
                .contains("http://127.0.0.1:7101")
                .contains("level QUORUM")
                .contains("1000 operations/s")
                .containsPattern("put +1000 ")
                .containsPattern("get +1000 ")
                .containsPattern("503 unavailable +1\n")
                .contains("250.0 ms per 1000 operations, 3 processes");
    }

    private static LoadSeries series(LoadReport... runs) {
        return new LoadSeries(new Machine("Linux 6", "amd64", 2, 8L << 30, "Some 17", "abc123"), List.of(runs));
    }

    private static ServerUse.ProcessUse use(String node) {
        return new ServerUse.ProcessUse(
                "127.0.0.1/" + node, List.of(node), 0.5 / 3, OptionalDouble.of(0.01), OptionalDouble.of(1 << 20));
    }

    private static LoadReport report(ServerUse use) {
        return report(use, 2.0);
    }

    private static LoadReport report(ServerUse use, double seconds) {
        Tally tally = new Tally();
        for (int i = 0; i < 1000; i++) {
            tally.answered(Operation.PUT, 5_000_000, 5_000_000);
            tally.answered(Operation.GET, 2_000_000, 2_000_000);
        }
        tally.failed("503 unavailable", 1_000_000);
        tally.sawSiblings();
        return new LoadReport(
                LoadRunTest.Settings.of(Endpoint.parse("http://127.0.0.1:7101"), 50, 2001),
                false,
                new LoadReport.Preload(40, 0, 0.1),
                seconds,
                tally,
                use,
                OptionalDouble.of(0.25));
    }

    private static LoadReport nothingMeasured() {
        return new LoadReport(
                LoadRunTest.Settings.of(Endpoint.parse("http://127.0.0.1:7101"), 50, 2001),
                true,
                new LoadReport.Preload(0, 0, 0),
                0,
                new Tally(),
                ServerUse.unknown(),
                OptionalDouble.empty());
    }
}
