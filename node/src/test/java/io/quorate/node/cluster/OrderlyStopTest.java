package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A node that stops in order finishes what it has taken, takes nothing more, and does not take for ever. */
final class OrderlyStopTest {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3);
    }

    @AfterAll
    static void stopAll() {
        cluster.close();
    }

    @AfterEach
    void allNodesAgain() {
        cluster.demo().board().clear();
        cluster.nodes().forEach(node -> act(Action.START, node).join());
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    private static CompletableFuture<Void> act(Action action, String node) {
        return cluster.demo().act(action, NodeId.of(node)).toCompletableFuture();
    }

    private static CompletableFuture<Void> stop(String node) {
        return act(Action.STOP, node);
    }

    private static int portOf(String node) {
        return URI.create(cluster.url(node)).getPort();
    }

    private static Reply ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return Reply.read(socket.getInputStream(), false);
    }

    /** A put that waits for as long as the faults in force delay it, once its node has taken it. */
    private static CompletableFuture<Reply> putInFlight(String node, String key) {
        CompletableFuture<Reply> put = CompletableFuture.supplyAsync(
                () -> cluster.put(node, key, "?level=ALL&timeout=20s", "in flight"), work -> {
                    Thread thread = new Thread(work, "put-in-flight");
                    thread.setDaemon(true);
                    thread.start();
                });
        Awaitility.await("the write to be in flight")
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> cluster.self(node).path("counts").path("inFlight").asInt() == 1);
        return put;
    }

    private static boolean refusesConnections(String node) {
        try (Socket socket = Http.connect(portOf(node))) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void duringTheDrainNothingNewIsTakenAndWhatWasTakenComesToItsLevel() throws Exception {
        String key = TestCluster.newKey();
        String late = TestCluster.newKey();
        String get = "GET " + TestCluster.target(key, "") + " HTTP/1.1\r\nHost: x\r\n\r\n";
        String put = "PUT " + TestCluster.target(late, "") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nv";
        try (Socket reader = Http.connect(portOf("n1"));
                Socket writer = Http.connect(portOf("n1"))) {
            ask(reader, get).expect(404);
            ask(writer, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").expect(200);
            cluster.demo().board().delay(NodeId.of("n1"), 700);
            CompletableFuture<Reply> taken = putInFlight("n1", key);

            CompletableFuture<Void> stopped = stop("n1");
            Awaitility.await("new connections to be refused")
                    .atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> refusesConnections("n1"));
            for (JsonNode problem : new JsonNode[] {
                ask(reader, get).problem(503, "unavailable"), ask(writer, put).problem(503, "unavailable")
            }) {
                assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
            }
            assertThat(stopped).as("it still waits for the put").isNotDone();
            assertThat(taken).isNotDone();

            taken.get(10, TimeUnit.SECONDS).expect(204);
            stopped.get(10, TimeUnit.SECONDS);
        }
        cluster.demo().board().clear();
        for (String other : List.of("n2", "n3")) {
            assertThat(cluster.get(other, key, "?level=ONE").expect(200).text()).isEqualTo("in flight");
        }
        cluster.get("n2", late).problem(404, "not-found");
    }

    @Test
    void requestThatOutlastsTheDrainDoesNotHoldUpTheStop() throws Exception {
        String key = TestCluster.newKey();
        cluster.demo().board().delay(NodeId.of("n1"), 15_000);
        CompletableFuture<Reply> endless = putInFlight("n1", key);

        long from = System.nanoTime();
        stop("n1").get(20, TimeUnit.SECONDS);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);

        assertThat(millis).as("it was waited for, and not for ever").isBetween(1_000L, 8_000L);
        Awaitility.await("its client to be told or cut off")
                .atMost(Duration.ofSeconds(2))
                .until(endless::isDone);
        if (!endless.isCompletedExceptionally()) {
            Reply reply = endless.join();
            assertThat(reply.json().path("outcome").asText())
                    .as(reply.toString())
                    .isEqualTo("maybe-applied");
        }
        cluster.demo().board().clear();
        act(Action.START, "n1").join();
        // Every home is asked: one answer may be that of a home that the write had not reached.
        Awaitility.await("all homes to be seen again")
                .atMost(Duration.ofSeconds(30))
                .until(() -> cluster.get("n1", key, "?level=ALL").status() == 200);
        assertThat(cluster.get("n1", key).expect(200).text())
                .as("what its disk had taken is there")
                .isEqualTo("in flight");
    }
}
