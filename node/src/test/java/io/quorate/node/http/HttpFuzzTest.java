package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Fuzz;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Nodes;
import io.quorate.node.fixture.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Requests with a few bytes changed, on a real connection: each is answered as the contract says, or its connection ends;
 * never by a fault of the program. A hundredth as many as a decoder is fed, because each has a connection of its own.
 */
final class HttpFuzzTest {
    private static final int REQUESTS = Math.max(300, Fuzz.MUTATIONS / 100);
    private static final long SEED = 1;

    @TempDir
    private Path folder;

    private static List<byte[]> corpus() {
        List<byte[]> corpus = new ArrayList<>();
        for (String text : new String[] {
            "GET /v1/buckets/carts/keys/a%2Fb?level=QUORUM&timeout=250ms HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
            "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n"
                    + "Idempotency-Key: abc\r\nQuorate-Context: AQIDBA\r\n\r\nvalue",
            "PUT /v1/buckets/carts/keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "DELETE /v1/buckets/carts/keys/k?w=1 HTTP/1.1\r\nHost: x\r\n\r\n",
            "PUT /v1/buckets/other HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"
                    + "{\"mode\":\"leaderless\"}",
            "GET /v1/buckets/carts/keys/k/explain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET http://x/v1/ring HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"1\"\r\n\r\n",
            "GET /livez HTTP/1.0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        }) {
            corpus.add(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return corpus;
    }

    private static byte[] answers(int port, byte[] request) throws IOException {
        try (Socket socket = Http.connect(port)) {
            socket.setSoTimeout(20_000);
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException refused) {
                // Answered before it was all sent.
                assertThat(request).isNotEmpty();
            }
            try {
                return socket.getInputStream().readAllBytes();
            } catch (SocketException reset) {
                return new byte[0];
            }
        }
    }

    private static void check(byte[] answers, String request) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(answers);
        boolean headless = request.contains("HEAD") || request.contains("100-continue");
        while (in.available() > 0) {
            Reply reply;
            try {
                reply = Reply.read(in, false);
            } catch (IOException | RuntimeException e) {
                throw new AssertionError(
                        "no answer in the form of HTTP: " + HexFormat.of().formatHex(answers), e);
            }
            if (reply.status() < 400) {
                if (headless) {
                    return;
                }
                continue;
            }
            JsonNode problem = reply.json();
            assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(problem.path("status").asInt()).isEqualTo(reply.status());
            assertThat(problem.path("code").asText()).isNotEmpty().isNotEqualTo("internal");
            assertThat(problem.path("detail").asText()).isNotEmpty();
            assertThat(reply.status()).isNotEqualTo(500);
        }
    }

    @Test
    void mutatedRequestsAreAnsweredInFormOrTheirConnectionEnds() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        try (EmbeddedNode node =
                EmbeddedNode.start(Nodes.configs(1, NodeConfig.Limits.DEFAULT, i -> folder.resolve("data"))
                        .get(0))) {
            int port = URI.create(node.url()).getPort();
            List<byte[]> corpus = corpus();
            for (byte[] good : corpus) {
                check(answers(port, good), new String(good, StandardCharsets.ISO_8859_1));
            }
            Random random = new Random(SEED);
            for (int i = 0; i < REQUESTS; i++) {
                byte[] request = Fuzz.mutated(random, corpus);
                String shown = "seed " + SEED + ", request " + i + ": "
                        + HexFormat.of().formatHex(request, 0, Math.min(request.length, 2048));
                try {
                    check(answers(port, request), new String(request, StandardCharsets.ISO_8859_1));
                } catch (IOException | AssertionError e) {
                    throw new AssertionError(shown, e);
                }
            }
            Http.get(node.url(), "/livez").expect(200);
            Http.request("PUT", node.url(), "/v1/buckets/carts/keys/after")
                    .body("v")
                    .send()
                    .expect(204);
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list)
                .filteredOn(
                        event -> event.getLevel().isGreaterOrEqual(Level.ERROR) || event.getThrowableProxy() != null)
                .map(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }
}
