package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no HTTP, or too much or too slow of it, is refused in the form of all errors and harms nobody else. */
@ExtendWith(SharedCluster.class)
final class HttpDefenceTest {
    private static final int VALUE_MAX = 1 << 20;
    private static final int SLOW_CLIENTS = 20;

    private final TestCluster cluster;

    HttpDefenceTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void others_are_still_served() {
        Http.get(cluster.url("n1"), "/livez").expect(200);
    }

    private Reply raw(String bytes) throws IOException {
        return Http.raw(cluster.url("n1"), bytes);
    }

    private Socket connect() throws IOException {
        return Http.connect(URI.create(cluster.url("n1")).getPort());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "GET\r\n\r\n",
                "GET /livez HTTP/9.9\r\nHost: x\r\n\r\n",
                "G@T /livez HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /livez HTTP/1.1\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\nNo Colon\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
                "GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: nine\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
                "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\na",
                "GET /livez HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n",
                "GET /li\u0000vez HTTP/1.1\r\nHost: x\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void malformedRequestIsAProblemAndEndsTheConnection(String bytes) throws IOException {
        try (Socket socket = connect()) {
            send(socket, bytes);
            Reply reply = Reply.read(socket.getInputStream(), false);
            reply.problem(400, "bad-request");
            assertThat(reply.find("Server")).isNull();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void twoLengthsThatAgreeAreNotTakenAsTwoBodies() throws IOException {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "PUT /v1/buckets/carts/keys/two-lengths HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab");
            Reply.read(socket.getInputStream(), false).problem(400, "bad-request");
        }
    }

    @Test
    void oldHttpWithoutHeadersIsRefused() throws IOException {
        try (Socket socket = connect()) {
            send(socket, "GET /livez\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).doesNotContain("\"ok\"").doesNotContain("<html");
        }
    }

    @Test
    void methodThatNobodyKnowsIsRefusedByName() throws IOException {
        raw("BREW " + TestCluster.target("k", "") + " HTTP/1.1\r\nHost: x\r\n\r\n")
                .problem(405, "method-not-allowed");
    }

    @Test
    void targetMayBeAWholeAddress() throws IOException {
        raw("GET http://x/livez HTTP/1.1\r\nHost: x\r\n\r\n").expect(200);
        raw("GET http://x/nowhere HTTP/1.1\r\nHost: x\r\n\r\n").problem(404, "no-such-route");
        raw("GET http://elsewhere:1/livez HTTP/1.1\r\nHost: x\r\n\r\n").problem(400, "bad-request");
    }

    @Test
    void headersThatAreTooLargeAreRefused() throws IOException {
        raw("GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: " + "b".repeat(60_000) + "\r\n\r\n")
                .problem(431, "headers-too-large");
        StringBuilder many = new StringBuilder("GET /livez HTTP/1.1\r\nHost: x\r\n");
        for (int i = 0; i < 3000; i++) {
            many.append("X-").append(i).append(": some text\r\n");
        }
        raw(many.append("\r\n").toString()).problem(431, "headers-too-large");
    }

    @Test
    void contextOfTheLargestSizeFitsIntoTheHeaders() throws IOException {
        Reply reply = cluster.request("n1", "PUT", "k%41".repeat(256), "")
                .header("Quorate-Context", "A".repeat(8192))
                .body("v")
                .send();
        reply.problem(400, "bad-context");
    }

    @Test
    void addressThatIsTooLongIsRefused() throws IOException {
        Reply reply = raw("GET /v1/buckets/carts/keys/" + "k".repeat(60_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(reply.status()).isIn(414, 431);
        reply.problem(reply.status(), reply.status() == 414 ? "key-too-long" : "headers-too-large");
    }

    @Test
    void bodyShorterThanAnnouncedWritesNothing() throws IOException {
        String key = TestCluster.newKey();
        try (Socket socket = connect()) {
            send(
                    socket,
                    "PUT " + TestCluster.target(key, "") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfive!");
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            if (answer.length > 0) {
                Reply.read(new java.io.ByteArrayInputStream(answer), false).problem(400, "bad-request");
            }
        }
        cluster.get("n1", key).problem(404, "not-found");
    }

    @Test
    void bytesAfterAShortBodyAreNoPartOfIt() throws IOException {
        String key = TestCluster.newKey();
        try (Socket socket = connect()) {
            send(
                    socket,
                    "PUT " + TestCluster.target(key, "")
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nabGARBAGE\r\n\r\n");
            Reply.read(socket.getInputStream(), false).expect(204);
            Reply.read(socket.getInputStream(), false).problem(400, "bad-request");
        }
        assertThat(cluster.get("n1", key).text()).isEqualTo("ab");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderAndAHalfOneWaitsForItsRest() throws IOException {
        String key = TestCluster.newKey();
        try (Socket socket = connect()) {
            send(
                    socket,
                    "PUT " + TestCluster.target(key, "") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nv"
                            + "GET " + TestCluster.target(key, "") + " HTTP/1.1\r\nHost: x\r\n\r\n"
                            + "GET /live");
            Reply.read(socket.getInputStream(), false).expect(204);
            assertThat(Reply.read(socket.getInputStream(), false).expect(200).text())
                    .isEqualTo("v");
            socket.setSoTimeout(200);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(10_000);
            send(socket, "z HTTP/1.1\r\nHost: x\r\n\r\n");
            Reply.read(socket.getInputStream(), false).expect(200);
        }
    }

    @Test
    void connectionStaysUsableAfterRefusals() throws IOException {
        try (Socket socket = connect()) {
            for (int i = 0; i < 3; i++) {
                send(
                        socket,
                        "PUT " + TestCluster.target("k", "?level=NO")
                                + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
                Reply.read(socket.getInputStream(), false).problem(400, "bad-level");
                send(socket, "GET " + TestCluster.target("%zz", "") + " HTTP/1.1\r\nHost: x\r\n\r\n");
                Reply.read(socket.getInputStream(), false).problem(400, "bad-key");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, VALUE_MAX + 1})
    void tooLargeBodyIsRefusedWhetherItIsSentOrNotAndTheConnectionEndsInOrder(int sent) throws IOException {
        try (Socket socket = connect()) {
            send(socket, put(TestCluster.newKey(), VALUE_MAX + 1));
            try {
                socket.getOutputStream().write(new byte[sent]);
            } catch (SocketException refused) {
                // It was refused before it was all sent, and the answer says why.
                assertThat(sent).isPositive();
            }
            Reply reply = Reply.read(socket.getInputStream(), false);
            reply.problem(413, "value-too-large");
            assertThat(reply.header("Connection")).isEqualToIgnoringCase("close");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void refusalOfATooLargeBodyLeavesTheOtherRequestsOfAConnectionAlone() throws IOException {
        String key = TestCluster.newKey();
        try (Socket socket = connect()) {
            send(socket, put(key, 1) + "v");
            Reply.read(socket.getInputStream(), false).expect(204);
            send(socket, put(key, VALUE_MAX + 1));
            Reply reply = Reply.read(socket.getInputStream(), false);
            reply.problem(413, "value-too-large");
        }
        assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo("v");
    }

    private static String put(String key, int length) {
        return "PUT " + TestCluster.target(key, "") + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void oneByteASecondIsCutOffAfterTenWhileOthersAreServedAsQuicklyAsEver() throws IOException {
        byte[] request =
                "GET /livez HTTP/1.1\r\nHost: a-very-slow-client.example.org\r\n".getBytes(StandardCharsets.US_ASCII);
        String key = TestCluster.newKey();
        cluster.put("n1", key, "v").expect(204);
        List<Long> millisOfOthers = new ArrayList<>();
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW_CLIENTS; i++) {
                Socket socket = connect();
                socket.setSoTimeout(5);
                slow.add(socket);
            }
            List<Socket> open = new ArrayList<>(slow);
            int[] sent = {0};
            long from = System.nanoTime();
            Awaitility.await("all slow clients to be cut off")
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(800))
                    .atMost(Duration.ofSeconds(25))
                    .until(() -> {
                        open.removeIf(socket -> isClosed(socket, request[sent[0]]));
                        sent[0]++;
                        for (int i = 0; i < 5; i++) {
                            millisOfOthers.add(millisOfAGet(key));
                        }
                        if (open.size() < SLOW_CLIENTS) {
                            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from))
                                    .isGreaterThan(8_500);
                        }
                        return open.isEmpty();
                    });
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isBetween(8_500L, 14_000L);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        Collections.sort(millisOfOthers);
        assertThat(millisOfOthers.get(millisOfOthers.size() / 2)).isLessThan(100);
        assertThat(millisOfOthers.get(millisOfOthers.size() - 1)).isLessThan(1_000);
    }

    private long millisOfAGet(String key) {
        long from = System.nanoTime();
        cluster.get("n1", key).expect(200);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
    }

    /** Sends one byte more; true if the other side has closed, with or without an answer. */
    private static boolean isClosed(Socket socket, byte next) {
        try {
            socket.getOutputStream().write(next);
            socket.getInputStream().read();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
