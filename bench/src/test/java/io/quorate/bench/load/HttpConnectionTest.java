package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpConnectionTest {
    static {
        // Else the server's own delay of small packets would dominate every exchange.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int KEPT_BYTES = 1 << 20;

    private final Set<Integer> peerPorts = ConcurrentHashMap.newKeySet();
    private final RequestBuffer request = new RequestBuffer();
    private HttpServer server = start();

    @BeforeEach
    void clear() {
        peerPorts.clear();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void oneConnectionServesManyExchanges() throws IOException {
        serve(exchange -> {
            byte[] body = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        try (HttpConnection connection = connection()) {
            for (int i = 0; i < 20; i++) {
                HttpReply reply = connection.exchange(get("/path" + i));
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.bodyText()).isEqualTo("/path" + i);
                assertThat(reply.reusable()).isTrue();
            }
        }
        assertThat(peerPorts).hasSize(1);
    }

    @Test
    void noContentHasNoBodyAndKeepsTheContext() throws IOException {
        serve(exchange -> {
            exchange.getResponseHeaders().add("Quorate-Context", "abc_-1");
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        try (HttpConnection connection = connection()) {
            for (int i = 0; i < 3; i++) {
                HttpReply reply = connection.exchange(get("/"));
                assertThat(reply.status()).isEqualTo(204);
                assertThat(reply.bodyBytes()).isZero();
                assertThat(reply.context()).asString(StandardCharsets.US_ASCII).isEqualTo("abc_-1");
            }
        }
        assertThat(peerPorts).hasSize(1);
    }

    @Test
    void contextOfOneAnswerIsNotThatOfTheNext() throws IOException {
        serve(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/with")) {
                exchange.getResponseHeaders().add("Quorate-Context", "abc");
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        try (HttpConnection connection = connection()) {
            assertThat(connection.exchange(get("/with")).context()).isNotNull();
            assertThat(connection.exchange(get("/without")).context()).isNull();
        }
    }

    @Test
    void siblingsMissesAndProblemsAreAnswersLikeAnyOther() throws IOException {
        serve(exchange -> {
            int status = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            byte[] body = ("{\"status\":" + status + ", \"code\" : \"code-" + status + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        try (HttpConnection connection = connection()) {
            for (int status : new int[] {300, 404, 503, 200}) {
                HttpReply reply = connection.exchange(get("/" + status));
                assertThat(reply.status()).isEqualTo(status);
                assertThat(reply.problemCode()).isEqualTo("code-" + status);
            }
        }
        assertThat(peerPorts).hasSize(1);
    }

    @Test
    void chunkedBodyIsReadWholeAndTheConnectionKept() throws IOException {
        byte[] body = "0123456789".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        try (HttpConnection connection = connection()) {
            for (int i = 0; i < 3; i++) {
                HttpReply reply = connection.exchange(get("/"));
                assertThat(reply.bodyBytes()).isEqualTo(body.length);
                assertThat(reply.bodyText()).isEqualTo(new String(body, StandardCharsets.UTF_8));
            }
        }
        assertThat(peerPorts).hasSize(1);
    }

    @Test
    void onlyTheAskedPartOfALongBodyIsKept() throws IOException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 100_000);
            exchange.getResponseBody().write(new byte[100_000]);
            exchange.close();
        });
        try (HttpConnection connection = new HttpConnection(endpoint(), TIMEOUT, 10)) {
            HttpReply reply = connection.exchange(get("/"));
            assertThat(reply.bodyBytes()).isEqualTo(100_000);
            assertThat(reply.bodyText()).hasSize(10);
        }
    }

    @Test
    void announcedCloseMakesTheNextExchangeConnectAnew() throws IOException {
        serve(exchange -> {
            exchange.getResponseHeaders().add("Connection", "close");
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        try (HttpConnection connection = connection()) {
            assertThat(connection.exchange(get("/")).reusable()).isFalse();
            assertThat(connection.exchange(get("/")).status()).isEqualTo(204);
        }
        assertThat(peerPorts).hasSize(2);
    }

    @Test
    void closeInTheMiddleOfAnAnswerFailsAndTheNextExchangeConnectsAnew() throws Exception {
        try (RawServer raw = new RawServer(
                        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n123");
                HttpConnection connection = new HttpConnection(raw.endpoint(), TIMEOUT, KEPT_BYTES)) {
            assertThatThrownBy(() -> connection.exchange(get("/"))).isInstanceOf(EOFException.class);
            assertThat(connection.exchange(get("/")).bodyText()).isEqualTo("123");
        }
    }

    @Test
    void bodyWithoutLengthGoesToTheEndOfTheConnection() throws Exception {
        try (RawServer raw = new RawServer("HTTP/1.1 200 OK\r\n\r\nall of it");
                HttpConnection connection = new HttpConnection(raw.endpoint(), TIMEOUT, KEPT_BYTES)) {
            HttpReply reply = connection.exchange(get("/"));
            assertThat(reply.bodyText()).isEqualTo("all of it");
            assertThat(reply.reusable()).isFalse();
        }
    }

    @Test
    void interimAnswerIsPassedOver() throws Exception {
        try (RawServer raw = new RawServer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
                HttpConnection connection = new HttpConnection(raw.endpoint(), TIMEOUT, KEPT_BYTES)) {
            assertThat(connection.exchange(get("/")).status()).isEqualTo(204);
        }
    }

    @Test
    void whatIsNoHttpIsMalformed() throws Exception {
        try (RawServer raw = new RawServer("SSH-2.0-OpenSSH_9.2\r\n");
                HttpConnection connection = new HttpConnection(raw.endpoint(), TIMEOUT, KEPT_BYTES)) {
            assertThatThrownBy(() -> connection.exchange(get("/"))).isInstanceOf(MalformedReplyException.class);
        }
    }

    @Test
    void silentServerRunsIntoTheTimeLimit() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpConnection connection = new HttpConnection(
                        new Endpoint("127.0.0.1", silent.getLocalPort()), Duration.ofMillis(50), KEPT_BYTES)) {
            assertThatThrownBy(() -> connection.exchange(get("/"))).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void refusedConnectionIsToldFromABrokenOne() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (HttpConnection connection = new HttpConnection(new Endpoint("127.0.0.1", free), TIMEOUT, KEPT_BYTES)) {
            assertThatThrownBy(() -> connection.exchange(get("/")))
                    .isInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("http://127.0.0.1:" + free);
        }
    }

    private RequestBuffer get(String path) {
        return request.clear().text("GET " + path + " HTTP/1.1\r\nHost: stub\r\n\r\n");
    }

    private Endpoint endpoint() {
        return new Endpoint("127.0.0.1", server.getAddress().getPort());
    }

    private HttpConnection connection() {
        return new HttpConnection(endpoint(), TIMEOUT, KEPT_BYTES);
    }

    private void serve(HttpHandler handler) {
        server.createContext("/", exchange -> {
            peerPorts.add(exchange.getRemoteAddress().getPort());
            handler.handle(exchange);
        });
    }

    private static HttpServer start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.start();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Answers each connection with the next of its texts, then closes it. */
    private static final class RawServer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<?> serving;

        RawServer(String... answers) throws IOException {
            serving = thread.submit(() -> {
                for (String answer : answers) {
                    try (Socket socket = listener.accept()) {
                        readHead(socket.getInputStream());
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    }
                }
                return null;
            });
        }

        Endpoint endpoint() {
            return new Endpoint("127.0.0.1", listener.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            listener.close();
            serving.cancel(true);
            thread.shutdownNow();
        }

        private static void readHead(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
        }
    }
}
