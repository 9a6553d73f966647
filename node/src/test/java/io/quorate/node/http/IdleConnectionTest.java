package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Nodes;
import io.quorate.node.fixture.Reply;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections that do nothing, or next to nothing. The property {@code quorate.idle.connections} says how many are opened;
 * as many as the process may open files for, less those of the node.
 */
final class IdleConnectionTest {
    private static final int COUNT = Integer.getInteger("quorate.idle.connections", 200);
    private static final int CAP = COUNT * 2 / 5;

    private final List<Socket> sockets = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private EmbeddedNode start() {
        NodeConfig.Limits limits = new NodeConfig.Limits(1 << 20, 2048, 64L << 20, CAP);
        return EmbeddedNode.start(
                Nodes.configs(1, limits, i -> folder.resolve("data")).get(0));
    }

    private Socket open(EmbeddedNode node) throws IOException {
        Socket socket = Http.connect(URI.create(node.url()).getPort());
        sockets.add(socket);
        return socket;
    }

    private static Reply get(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return Reply.read(socket.getInputStream(), false);
    }

    private static boolean isClosed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            boolean ended = socket.getInputStream().read() < 0;
            socket.setSoTimeout(30_000);
            return ended;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static double refusals(Socket socket, String cause) throws IOException {
        socket.setSoTimeout(30_000);
        return get(socket, "/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("quorate_refusals_total{cause=\"" + cause + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void connectionsPastTheCapAreRefusedAndCountedAndTheOthersServe() throws IOException {
        try (EmbeddedNode node = start()) {
            for (int i = 0; i < CAP; i++) {
                get(open(node), "/livez").expect(200);
            }
            List<Socket> accepted = new ArrayList<>(sockets);
            for (int i = CAP; i < COUNT; i++) {
                Socket refused = open(node);
                assertThat(refused.getInputStream().read()).isEqualTo(-1);
                refused.close();
            }
            // From the last on: after half a minute without a request they end too.
            Collections.reverse(accepted);
            assertThat(refusals(accepted.get(0), "connections")).isEqualTo(COUNT - CAP);
            for (Socket socket : accepted.subList(0, CAP / 8)) {
                get(socket, "/livez").expect(200);
            }
            accepted.get(1).close();
            Awaitility.await("a place that was given up to be taken")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !isClosed(open(node)));
            get(accepted.get(2), "/readyz").expect(200);
        }
    }

    @Test
    void bodyThatComesInDropsIsCutOffAndCounted() throws IOException {
        try (EmbeddedNode node = start();
                Socket slow = open(node)) {
            slow.getOutputStream()
                    .write("PUT /v1/buckets/carts/keys/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            long from = System.nanoTime();
            Awaitility.await("the slow client to be cut off")
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(700))
                    .atMost(Duration.ofSeconds(25))
                    .until(() -> {
                        try {
                            slow.getOutputStream().write('x');
                        } catch (IOException cut) {
                            return true;
                        }
                        return isClosed(slow);
                    });
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isBetween(8_500L, 20_000L);
            Socket other = open(node);
            assertThat(refusals(other, "slow-request")).isEqualTo(1);
            get(other, "/v1/buckets/carts/keys/slow").problem(404, "not-found");
        }
    }
}
