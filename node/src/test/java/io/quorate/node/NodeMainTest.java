package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as its user starts and ends it: a process of its own. */
final class NodeMainTest {
    @TempDir
    private Path folder;

    private int http;
    private int port;
    private final List<Process> processes = new ArrayList<>();
    private int runs;

    @BeforeEach
    void findPorts() {
        http = Ports.free(9);
        port = http + 3;
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    /** A run of the program and all it prints. */
    private record Run(Process process, Path out, Path err) {
        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
            return process.exitValue();
        }

        String output() throws IOException {
            return Files.readString(out);
        }

        String errors() throws IOException {
            return Files.readString(err);
        }
    }

    private Run run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out-" + ++runs);
        Path err = folder.resolve("err-" + runs);
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        processes.add(process);
        return new Run(process, out, err);
    }

    private Run demo(String... more) throws IOException {
        return demoAt(http, more);
    }

    private Run demoAt(int base, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("demo", "--http-port", "" + base, "--port", "" + (base + 3), "--peer-port", "" + (base + 6)));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static void awaitReady(Run run) {
        Awaitility.await("the cluster to serve")
                .atMost(Duration.ofSeconds(40))
                .until(() -> run.output().contains("ready:") || !run.process().isAlive());
        assertThat(run.process().isAlive()).isTrue();
    }

    /** Exit code 2 and one line that says what to mend, besides what the log says. */
    private static String refusal(Run run) throws Exception {
        assertThat(run.exitCode()).as(run.errors()).isEqualTo(2);
        assertThat(run.output()).doesNotContain("ready");
        String errors = run.errors();
        assertThat(errors).doesNotContain("\tat ").doesNotContain("Exception").doesNotContain("ready");
        List<String> lines =
                errors.lines().filter(line -> line.startsWith("quorate: ")).toList();
        assertThat(lines).as(errors).hasSize(1);
        return lines.get(0);
    }

    @Test
    void readyLineIsTheFirstOfItsKindAndNamesAllAddressesAndTheSignalToEndIsObeyed() throws Exception {
        Run run = demo();
        awaitReady(run);

        String first = run.output()
                .lines()
                .filter(line -> line.contains("ready"))
                .findFirst()
                .orElseThrow();
        assertThat(run.errors()).doesNotContain("ready");
        for (int i = 0; i < 3; i++) {
            String url = "http://127.0.0.1:" + (http + i);
            assertThat(first).contains(url);
            Http.get(url, "/readyz").expect(200);
        }
        Path data = Path.of(run.output()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .findFirst()
                .orElseThrow()
                .split(" ", -1)[1]);
        assertThat(data).isDirectory();
        Http.request("PUT", "http://127.0.0.1:" + http, "/v1/buckets/carts/keys/k")
                .body("v")
                .send()
                .expect(204);

        long from = System.nanoTime();
        run.process().destroy();
        assertThat(run.process().waitFor(10, TimeUnit.SECONDS)).isTrue();

        assertThat(run.process().exitValue()).isZero();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(5_000);
        assertThat(Ports.allFree(http, 9)).isTrue();
        assertThat(data).doesNotExist();
    }

    @Test
    void givenFolderIsKeptGuardedAndReused() throws Exception {
        Path data = folder.resolve("kept");
        Run first = demo("--data", data.toString());
        awaitReady(first);
        String base = "http://127.0.0.1:" + http;
        Http.request("PUT", base, "/v1/buckets/carts/keys/k?level=ALL")
                .body("kept")
                .send()
                .expect(204);

        int elsewhere = Ports.free(9);
        Run second = demoAt(elsewhere, "--data", data.toString());
        assertThat(refusal(second))
                .contains("in use by pid " + first.process().pid())
                .contains(data.toString());
        assertThat(Ports.allFree(elsewhere, 9)).isTrue();

        first.process().destroyForcibly().waitFor();
        Run again = demo("--data", data.toString());
        awaitReady(again);
        assertThat(Http.get(base, "/v1/buckets/carts/keys/k").expect(200).text())
                .isEqualTo("kept");
        again.process().destroy();
        assertThat(again.exitCode()).isZero();
        assertThat(data).isDirectory();

        assertThat(refusal(demo("--data", data.toString(), "--partitions", "128")))
                .contains("partitions", "64", "128", data.toString());
    }

    @Test
    void takenPortIsNamed() throws Exception {
        for (int taken : new int[] {http, http + 2, port + 1, port + 5}) {
            try (ServerSocket other = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
                assertThat(refusal(demo())).contains("127.0.0.1:" + other.getLocalPort());
            }
            assertThat(Ports.allFree(http, 9)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes | 0 | nodes | must be from 1 to 16",
                "--nodes | 17 | nodes | must be from 1 to 16",
                "--nodes | three | --nodes | is not an int",
                "--partitions | 100 | partitions | must be a power of two from 1 to 65536",
                "--partitions | 0 | partitions | must be a power of two from 1 to 65536",
                "--replicas | 5 | replicas | at least as many nodes as replicas",
                "--replicas | 0 | replicas | must be from 1 to 16",
                "--sync | sometimes | sync | must be group, interval or off",
                "--http-port | 70000 | --http-port | must be from 1 to 65535",
                "--port | 0 | --port | must be from 1 to 65535",
                "--colour | red | --colour | Unknown option"
            })
    void badOptionIsRefusedInOneLineWithItsValueAndTheRuleItBreaks(
            String option, String value, String name, String rule) throws Exception {
        Run run = option.endsWith("port") ? run("demo", option, value) : demo(option, value);
        assertThat(refusal(run)).contains(name, value, rule);
    }

    @Test
    void folderThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.write(folder.resolve("in-the-way"), "x".getBytes(StandardCharsets.US_ASCII));
        assertThat(refusal(demo("--data", file.toString()))).contains(file.toString());
        Path below = Files.createDirectory(folder.resolve("data"));
        Files.write(below.resolve("n2"), new byte[1]);
        assertThat(refusal(demo("--data", below.toString())))
                .contains(below.resolve("n2").toString());
    }
}
