package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A node with small limits refuses what is above them, at once, and serves the rest. */
final class AdmissionTest {
    private static final int CONNECTIONS = 20;
    private static final int REQUESTS = 4;

    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3, new NodeConfig.Limits(64 << 10, REQUESTS, 1 << 20, CONNECTIONS));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void connectionsAboveTheLimitAreRefusedAndAcceptedOnesServe() throws IOException {
        List<Socket> open = new ArrayList<>();
        int served = 0;
        try {
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                open.add(Http.connect(URI.create(cluster.url("n1")).getPort()));
            }
            for (Socket socket : open) {
                served += serves(socket) ? 1 : 0;
            }
            assertThat(served).isBetween(CONNECTIONS - 3, CONNECTIONS);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        Awaitility.await("places to be free again")
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> Http.get(cluster.url("n1"), "/livez").status() == 200);
    }

    private static boolean serves(Socket socket) {
        try {
            socket.getOutputStream()
                    .write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return Reply.read(socket.getInputStream(), false).status() == 200;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void requestsAboveTheLimitAreRefusedBeforeAnyWork() throws Exception {
        String key = TestCluster.newKey();
        cluster.fault("n1", "{\"delay\":{\"node\":\"n2\",\"ms\":300}}").expect(200);
        cluster.fault("n1", "{\"delay\":{\"node\":\"n3\",\"ms\":300}}").expect(200);
        ExecutorService clients = Executors.newFixedThreadPool(12);
        int done = 0;
        int refused = 0;
        try {
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String value = "v" + i;
                replies.add(clients.submit(() -> cluster.put("n1", key, "?timeout=10s", value)));
            }
            for (Future<Reply> future : replies) {
                Reply reply = future.get();
                if (reply.status() == 429) {
                    refused++;
                    assertThat(reply.problem(429, "overloaded").path("outcome").asText())
                            .isEqualTo("not-applied");
                    assertThat(reply.header("Retry-After")).matches("[0-9]+");
                } else {
                    reply.expect(204);
                    done++;
                }
            }
        } finally {
            clients.shutdown();
            cluster.heal("n1");
        }
        assertThat(done).isBetween(REQUESTS, 11);
        assertThat(refused).isEqualTo(12 - done);
        int stored = cluster.siblings("n1", key, "").json().path("siblings").size();
        assertThat(stored).isEqualTo(done);
        Awaitility.await("requests to end")
                .atMost(Duration.ofSeconds(5))
                .until(() -> cluster.self("n1").path("counts").path("inFlight").asInt() == 0);
    }

    @Test
    void aBodyIsRefusedBeforeItIsSentIfBodiesOnTheirWayFillTheRoom() throws IOException {
        int port = URI.create(cluster.url("n2")).getPort();
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                open.add(announce(port));
            }
            Awaitility.await("room to be taken")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> Http.get(cluster.url("n2"), "/metrics")
                            .text()
                            .contains("quorate_admission_bytes{node=\"n2\"} " + (double) (1 << 20)));
            Socket refused = announce(port);
            open.add(refused);
            Reply reply = Reply.read(refused.getInputStream(), false);
            assertThat(reply.problem(429, "overloaded").path("outcome").asText())
                    .isEqualTo("not-applied");
            assertThat(reply.header("Retry-After")).isEqualTo("1");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        Awaitility.await("room to be given back")
                .atMost(Duration.ofSeconds(10))
                .until(() -> cluster.put("n2", TestCluster.newKey(), "v").status() == 204);
    }

    /** Sends the head of a write and nothing of its 64 KiB. */
    private static Socket announce(int port) throws IOException {
        Socket socket = Http.connect(port);
        String head = "PUT " + TestCluster.target(TestCluster.newKey(), "") + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                + (64 << 10) + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void valueAboveASmallerLimitIsRefused() {
        Reply reply = cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .body(new byte[(64 << 10) + 1])
                .send();
        assertThat(reply.problem(413, "value-too-large").path("detail").asText())
                .contains("65536", "65537");
        cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .body(new byte[64 << 10])
                .send()
                .expect(204);
    }
}
