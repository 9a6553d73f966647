package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Splitter;
import io.quorate.bench.BenchMain;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LoadCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void defaultsAreThoseOfTheDemo() {
        LoadSettings settings = settings();

        assertThat(settings.endpoints()).extracting(Endpoint::port).containsExactly(7101, 7102, 7103);
        assertThat(settings.bucket()).isEqualTo("carts");
        assertThat(settings.clients()).isEqualTo(32);
        assertThat(settings.duration()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.warmup()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.readPercent()).isEqualTo(50);
        assertThat(settings.keys()).isEqualTo(10_000);
        assertThat(settings.valueSizeBytes()).isEqualTo(1024);
        assertThat(settings.level()).isEqualTo("QUORUM");
    }

    @Test
    void urlsMayBeRepeatedOrSeparatedByCommas() {
        LoadSettings settings = settings("--url", "http://a:1,http://b:2", "--url", "http://c:3");

        assertThat(settings.endpoints())
                .containsExactly(new Endpoint("a", 1), new Endpoint("b", 2), new Endpoint("c", 3));
    }

    @Test
    void readsMayBeNamedOrGivenInPercent() {
        assertThat(settings("--mix", "put").readPercent()).isZero();
        assertThat(settings("--mix", "get").readPercent()).isEqualTo(100);
        assertThat(settings("--reads", "95").readPercent()).isEqualTo(95);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--url https://a:1",
                "--rate 0/s",
                "--rate fast",
                "--rate 2000000/s",
                "--arrivals poisson",
                "--arrivals bursts --rate 5/s",
                "--rate 1000000/s --duration 60m",
                "--route random",
                "--route ring --embedded",
                "--runs 0",
                "--zipf -1",
                "--nodes 8 --embedded",
                "--level MANY --embedded",
                "--data /tmp",
                "--url http://a:1/path",
                "--bucket UPPER",
                "--clients 0",
                "--clients many",
                "--duration 10",
                "--duration 0s",
                "--keys 31",
                "--value-size 2000000",
                "--reads 101",
                "--mix some",
                "--mix put --reads 5",
                "--level Q-1",
                "--timeout 61s",
                "-o xml",
                "--operations 0",
                "--nonsense"
            })
    void wrongOptionIsAUsageErrorInWordsThatNameIt(String line) {
        assertThat(execute("load " + line)).isEqualTo(2);
        assertThat(err.toString())
                .contains(Splitter.on(' ').splitToList(line).get(0))
                .doesNotContain("\tat ");
    }

    @Test
    void benchAloneAsksForACommand() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString()).contains("load");
    }

    @Test
    void runPrintsOneJsonObject() throws Exception {
        try (StubStore store = new StubStore()) {
            store.metrics = ServerUse.CPU_SECONDS + "{pid=\"7\"} 4.5\n" + ServerUse.FSYNCS + " 3\n";
            int exit = execute(
                    "load --create --no-progress -o json --warmup 0s --operations 200 --clients 2 --keys 10 --url "
                            + store.url());

            assertThat(exit).isZero();
            JsonNode json = new ObjectMapper().readTree(out.toString());
            assertThat(json.get("operations").asLong()).isEqualTo(200);
            assertThat(json.at("/server/cpuMsPer1000Operations").asDouble()).isZero();
        }
    }

    @Test
    void openLoopRunsByItsRate() throws Exception {
        try (StubStore store = new StubStore()) {
            int exit = execute("load --create --no-progress -o json --warmup 0s --duration 1s --rate 100/s"
                    + " --arrivals poisson --in-flight 4 --keys 10 --zipf 0.9 --url " + store.url());

            assertThat(exit).isZero();
            JsonNode json = new ObjectMapper().readTree(out.toString());
            assertThat(json.get("loop").asText()).isEqualTo("open");
            assertThat(json.get("operations").asLong() + json.get("unsent").asLong())
                    .isBetween(50L, 150L);
            assertThat(json.at("/settings/ratePerSecond").asDouble()).isEqualTo(100);
            assertThat(json.at("/machine/cores").asInt()).isPositive();
        }
    }

    @Test
    void embeddedNodesAreCalledWithoutHttp() throws Exception {
        int exit = execute("load --embedded --nodes 1 --no-progress -o json --warmup 0s --operations 100 --clients 2"
                + " --keys 10 --value-size 10");

        assertThat(exit).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("operations").asLong()).isEqualTo(100);
        assertThat(json.get("failed").asLong()).isZero();
        assertThat(json.get("notFound").asLong()).isZero();
        assertThat(json.get("putsWithoutContext").asLong()).isZero();
        assertThat(json.at("/server/fsyncs").asLong()).isPositive();
        assertThat(json.at("/client/cpuSeconds").isNull()).isTrue();
    }

    @Test
    void tableHasARowForEachPointOfTheGrid() {
        try (StubStore store = new StubStore()) {
            int exit = execute("table --create --no-progress --in-flight 1,2 --mixes put,get --levels ONE,QUORUM"
                    + " --warmup 0s --operations 20 --keys 10 --url " + store.url());

            assertThat(exit).isZero();
            assertThat(out.toString())
                    .containsPattern("\\| ONE \\| put \\| 1 \\| [0-9]+ \\|")
                    .containsPattern("\\| ONE \\| get \\| 2 \\| [0-9]+ \\|")
                    .containsPattern("\\| QUORUM \\| get \\| 1 \\| [0-9]+ \\|");
            assertThat(out.toString().lines().filter(line -> line.startsWith("|")))
                    .hasSize(2 + 8);
        }
    }

    @Test
    void compareDividesTheSecondReportByTheFirst(@TempDir Path folder) throws Exception {
        Path a = Files.writeString(folder.resolve("a.json"), "{\"medians\":{\"operationsPerSecond\":200,\"only\":1}}");
        Path b = Files.writeString(folder.resolve("b.json"), "{\"medians\":{\"operationsPerSecond\":500}}");

        assertThat(execute("compare", a.toString(), b.toString())).isZero();
        assertThat(out.toString())
                .containsPattern("operationsPerSecond +200\\.000 +500\\.000 +2\\.50")
                .doesNotContain("only");
        assertThat(execute("compare", a.toString(), folder.resolve("none.json").toString()))
                .isEqualTo(2);
    }

    @Test
    void noOperationAnsweredIsUnavailable() {
        try (StubStore store = new StubStore()) {
            store.refusing = true;
            int exit = execute("load --create --no-progress --mix put --warmup 0s --operations 5 --clients 2 --url "
                    + store.url());

            assertThat(exit).isEqualTo(3);
            assertThat(out.toString()).contains("503 unavailable");
        }
    }

    @Test
    void progressIsALineEveryFewSecondsOutsideATerminal() {
        AtomicLong now = new AtomicLong();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LineProgress progress = new LineProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), now::get);

        progress.begin("preload", 100, "keys");
        progress.at(10, "");
        now.set(LineProgress.INTERVAL_NANOS);
        progress.at(20, "");
        progress.at(30, "");
        progress.end();

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("preload: 20 of 100 keys" + System.lineSeparator());
    }

    private int execute(String line) {
        return execute(Splitter.on(' ').splitToList(line).toArray(new String[0]));
    }

    private int execute(String... arguments) {
        return BenchMain.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static LoadSettings settings(String... arguments) {
        CommandLine line = new CommandLine(new LoadCommand());
        line.parseArgs(arguments);
        return line.<LoadCommand>getCommand().settings();
    }
}
