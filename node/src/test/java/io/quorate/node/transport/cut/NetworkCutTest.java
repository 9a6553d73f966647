package io.quorate.node.transport.cut;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Namespaces;
import io.quorate.node.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * After a real cut of the network both directions of every pair carry frames again within moments. For longer cuts give
 * {@code quorate.cut.seconds}, for figures of the other transport {@code quorate.cut.artery}.
 */
@Tag("netns")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
final class NetworkCutTest {
    private static final int NODES = 3;
    private static final int CUT_OFF = 1;
    private static final long SECONDS = Long.getLong("quorate.cut.seconds", 10);

    /** The processes, and when the last frame of each direction was received, such as {@code n1>n2 DATA}. */
    private static final class Nodes implements AutoCloseable {
        private final List<Process> processes = new ArrayList<>();
        private final Map<String, Long> lastReceived = new ConcurrentSkipListMap<>();

        private Nodes(Namespaces spaces, String kind) throws IOException {
            for (int i = 1; i <= NODES; i++) {
                List<String> command = new ArrayList<>(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CutNode.class.getName(),
                        kind,
                        Integer.toString(i)));
                for (int j = 1; j <= NODES; j++) {
                    command.add(spaces.address(j));
                }
                Process process = new ProcessBuilder(spaces.inside(i, command))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                processes.add(process);
                String self = "n" + i;
                Thread reader = new Thread(() -> read(process, self), "read-" + self);
                reader.setDaemon(true);
                reader.start();
            }
        }

        private void read(Process process, String self) {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.split(" ", -1);
                    lastReceived.put(words[0] + ">" + self + " " + words[1], Long.parseLong(words[3]));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private int directionsSince(long nanos) {
            return (int)
                    lastReceived.values().stream().filter(at -> at >= nanos).count();
        }

        @Override
        public void close() {
            processes.forEach(Process::destroyForcibly);
            processes.forEach(process -> process.onExit().join());
        }
    }

    /** How long after healing each direction that was cut carried its first frame. */
    private static Map<String, Long> millisToHeal(String kind, Duration cut, Duration patience) throws IOException {
        try (Namespaces spaces = Namespaces.of(NODES);
                Nodes nodes = new Nodes(spaces, kind)) {
            int directions = NODES * (NODES - 1) * Transport.Lane.values().length;
            long begun = System.nanoTime();
            Awaitility.await("all directions to carry frames")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> nodes.directionsSince(begun) == directions);
            spaces.unplug(CUT_OFF);
            long cutAt = System.nanoTime();
            long settled = cutAt + Duration.ofSeconds(1).toNanos();
            Awaitility.await("the cut to last")
                    .pollDelay(cut)
                    .atMost(cut.plusSeconds(30))
                    .until(() -> true);
            int uncut = (NODES - 1) * (NODES - 2) * Transport.Lane.values().length;
            assertThat(nodes.directionsSince(settled))
                    .as("directions during the cut")
                    .isEqualTo(uncut);
            spaces.plugIn(CUT_OFF);
            long healedAt = System.nanoTime();
            Map<String, Long> first = new TreeMap<>();
            Awaitility.await("all directions to be back")
                    .atMost(patience)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        nodes.lastReceived.forEach((direction, at) -> {
                            if (at >= healedAt && direction.contains("n" + CUT_OFF)) {
                                first.putIfAbsent(direction, (at - healedAt) / 1_000_000);
                            }
                        });
                        return first.size() == directions - uncut;
                    });
            System.out.println(kind + ", cut of " + cut.toSeconds() + " s: ms until each direction was back: " + first);
            return first;
        } catch (Namespaces.UnavailableException e) {
            Assumptions.abort(
                    "no network namespaces can be made here (that needs root and iproute2): " + e.getMessage());
            return Map.of();
        }
    }

    @Test
    void everyDirectionIsBackWithinFiveSecondsOfHealing() throws IOException {
        Map<String, Long> back = millisToHeal("tcp", Duration.ofSeconds(SECONDS), Duration.ofSeconds(60));
        assertThat(back.values()).allMatch(millis -> millis < 5_000);
    }

    @Test
    @EnabledIfSystemProperty(named = "quorate.cut.artery", matches = "true")
    void arteryComesBackAtSomeTime() throws IOException {
        Map<String, Long> back = millisToHeal("artery", Duration.ofSeconds(SECONDS), Duration.ofSeconds(180));
        assertThat(back).isNotEmpty();
    }
}
