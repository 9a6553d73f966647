package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.TestCluster;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Noise on a node's ports leaves it serving. */
final class GarbageTest {
    private static final int BYTES = 1 << 20;

    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void pour(int port, byte[] start, long seed) throws IOException {
        byte[] noise = new byte[BYTES];
        new Random(seed).nextBytes(noise);
        try (Socket socket = Http.connect(port)) {
            socket.getOutputStream().write(start);
            for (int at = 0; at < BYTES; at += 8192) {
                socket.getOutputStream().write(noise, at, 8192);
            }
        } catch (IOException refused) {
            // Closing the connection on noise is as good as reading it.
            assertThat(refused).isNotNull();
        }
    }

    private static void assertAllServe() {
        for (String node : cluster.nodes()) {
            String key = TestCluster.newKey();
            cluster.put(node, key, "?level=ALL&timeout=10s", "v").expect(204);
            for (String reader : cluster.nodes()) {
                assertThat(cluster.get(reader, key, "?level=ALL&timeout=10s")
                                .expect(200)
                                .text())
                        .isEqualTo("v");
            }
        }
    }

    private static int httpPort() {
        return URI.create(cluster.url("n1")).getPort();
    }

    @Test
    void noiseOnTheHttpPortHarmsNobody() throws IOException {
        for (int seed = 0; seed < 5; seed++) {
            pour(httpPort(), new byte[0], seed);
            pour(httpPort(), "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII), seed);
        }
        assertAllServe();
    }

    @Test
    void noiseOnThePortsBetweenNodesHarmsNobody() throws IOException {
        int artery = httpPort() + 3;
        int peers = httpPort() + 6;
        for (int seed = 0; seed < 5; seed++) {
            pour(artery, new byte[0], seed);
            pour(peers, new byte[0], seed);
        }
        assertAllServe();
    }

    @Test
    void noiseOnTheHttpPortIsLoggedAndNotOncePerConnection() throws IOException {
        // Of a node that no other test pours noise into: each is told of once in ten seconds.
        assertThat(warningsOfNoiseOn(httpPort() + 1)).hasSizeBetween(1, 3);
    }

    @Test
    void noiseOnThePortForFramesIsLoggedAndNotOncePerConnection() throws IOException {
        assertThat(warningsOfNoiseOn(httpPort() + 6 + 2)).hasSizeBetween(1, 3).allMatch(line -> line.contains("n3"));
    }

    private static List<String> warningsOfNoiseOn(int port) throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        try {
            for (int seed = 0; seed < 20; seed++) {
                pour(port, new byte[0], seed);
            }
            Awaitility.await("a line about noise")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> !warnings(lines).isEmpty());
            assertAllServe();
        } finally {
            root.detachAppender(lines);
        }
        return warnings(lines);
    }

    /** Of a peer that is no node, all come from one address. */
    private static List<String> warnings(ListAppender<ILoggingEvent> lines) {
        return List.copyOf(lines.list).stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> !line.contains("is down or unreachable"))
                .toList();
    }

    @Test
    void mangledRequestsHarmNobody() throws IOException {
        byte[] good = cluster.request("n1", "PUT", TestCluster.newKey(), "?level=QUORUM")
                .header("Quorate-Context", "AAAA")
                .body("value")
                .bytes();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] mangled = good.clone();
            for (int j = 0; j <= i % 4; j++) {
                mangled[random.nextInt(mangled.length)] = (byte) random.nextInt(256);
            }
            try (Socket socket = Http.connect(httpPort())) {
                socket.getOutputStream().write(mangled);
                socket.shutdownOutput();
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer)
                        .doesNotContain("<html", "Exception", "\tat ", "io.quorate")
                        .doesNotContain(" 500 ");
            } catch (java.net.SocketException reset) {
                assertThat(reset).isNotNull();
            }
        }
        assertAllServe();
    }
}
