package io.quorate.node.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Namespaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers whose network is really cut: those that still see each other go on, the one that is cut off says at once what it
 * cannot do, and moments after healing every pair carries requests both ways. For longer cuts give
 * {@code quorate.cut.seconds}.
 */
@Tag("netns")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
final class ServerCutTest {
    private static final int NODES = 3;
    private static final int CUT_OFF = 1;
    private static final Duration CUT = Duration.ofSeconds(Long.getLong("quorate.cut.seconds", 10));
    /** Until a node that has fallen silent is missed. */
    private static final Duration NOTICED = Duration.ofSeconds(3);

    private static final Duration BACK = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    /** One read of a {@link Probe}. */
    private record Read(int node, String level, int status, long sentAt) {
        /** The key is not there, and so many replicas said so. */
        private boolean served() {
            return status == 404;
        }
    }

    private final ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();
    private final List<Process> probes = new ArrayList<>();
    private final List<ServerProcess> servers = new ArrayList<>();

    private static String members(Namespaces spaces) {
        List<String> members = new ArrayList<>();
        for (int i = 1; i <= NODES; i++) {
            members.add("{ id = n%d, host = \"%s\", http = \"http://%s:7101\" }"
                    .formatted(i, spaces.address(i), spaces.address(i)));
        }
        return "[" + String.join(", ", members) + "]";
    }

    private void start(Namespaces spaces) throws IOException {
        for (int i = 1; i <= NODES; i++) {
            Map<String, String> environment = new HashMap<>();
            environment.put("QUORATE_CLUSTER_MEMBERS", members(spaces));
            environment.put("QUORATE_HTTP_HOST", "0.0.0.0");
            environment.put("QUORATE_DATA_DIR", folder.resolve("n" + i).toString());
            servers.add(ServerProcess.start(
                    spaces.inside(i, List.of()),
                    Path.of("../docs/examples/three-nodes/n" + i + ".conf"),
                    Files.createFile(folder.resolve("n" + i + ".out")),
                    environment));
        }
        servers.forEach(ThreeServers::awaitReady);
        for (int i = 1; i <= NODES; i++) {
            probe(spaces, i);
        }
    }

    private void probe(Namespaces spaces, int node) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName(),
                "http://127.0.0.1:7101");
        Process process = new ProcessBuilder(spaces.inside(node, command))
                .redirectError(folder.resolve("probe" + node + ".err").toFile())
                .start();
        probes.add(process);
        Thread reader = new Thread(() -> read(process, node), "probe-n" + node);
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Process process, int node) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                reads.add(new Read(node, words[0], Integer.parseInt(words[1]), Long.parseLong(words[2])));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After how many milliseconds each node first served reads of all replicas; absent if it has not. */
    private Map<Integer, Long> firstServedAtAll(long since) {
        Map<Integer, Long> first = new HashMap<>();
        for (Read read : reads) {
            if (read.sentAt() >= since && read.level().equals("ALL") && read.served()) {
                first.putIfAbsent(read.node(), (read.sentAt() - since) / 1_000_000);
            }
        }
        return first;
    }

    private void endAll() {
        probes.forEach(Process::destroyForcibly);
        servers.forEach(ServerProcess::kill);
        probes.forEach(process -> process.onExit().join());
    }

    @Test
    void requestsGoBothWaysBetweenEveryPairMomentsAfterACutHasHealed() throws IOException {
        try (Namespaces spaces = Namespaces.of(NODES)) {
            try {
                start(spaces);
                cutAndHeal(spaces);
            } finally {
                endAll();
            }
        } catch (Namespaces.UnavailableException e) {
            Assumptions.abort(
                    "no network namespaces can be made here (that needs root and iproute2): " + e.getMessage());
        }
    }

    private void cutAndHeal(Namespaces spaces) {
        long begun = System.nanoTime();
        Awaitility.await("all to serve")
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> firstServedAtAll(begun).size() == NODES);
        spaces.unplug(CUT_OFF);
        long noticed = System.nanoTime() + NOTICED.toNanos();
        Awaitility.await("the cut to last")
                .pollDelay(CUT)
                .atMost(CUT.plusSeconds(30))
                .until(() -> true);
        long healing = System.nanoTime();
        spaces.plugIn(CUT_OFF);
        long healed = System.nanoTime();
        Awaitility.await("all to serve again")
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> firstServedAtAll(healed).size() == NODES);

        List<Read> during = reads.stream()
                .filter(read -> read.sentAt() >= noticed && read.sentAt() < healing - TimeUnit.SECONDS.toNanos(1))
                .toList();
        assertThat(during).filteredOn(read -> read.level().equals("ALL")).noneMatch(Read::served);
        assertThat(during)
                .as("the majority goes on")
                .filteredOn(read -> read.level().equals("QUORUM") && read.node() != CUT_OFF)
                .isNotEmpty()
                .allMatch(Read::served);
        assertThat(during)
                .as("the one that is alone says so")
                .filteredOn(read -> read.level().equals("QUORUM") && read.node() == CUT_OFF)
                .isNotEmpty()
                .allMatch(read -> read.status() == 503);
        Map<Integer, Long> back = firstServedAtAll(healed);
        System.out.println("servers, cut of " + CUT.toSeconds() + " s: ms until each served ALL again: " + back);
        assertThat(back.values()).allMatch(millis -> millis < BACK.toMillis());
    }
}
