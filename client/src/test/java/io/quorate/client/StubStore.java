package io.quorate.client;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server that notes what it is asked and gives the answer that the test laid out. */
public final class StubStore implements AutoCloseable {
    public static final String RESULT =
            "mode=leaderless, level=QUORUM, need=2, acked=3, homes=2, hinted=1, repaired=0, siblings=1, epoch=7";

    /** A request as it stood on the wire. */
    public record Seen(String method, String target, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "(none)");
        }

        public String path() {
            int question = target.indexOf('?');
            return question < 0 ? target : target.substring(0, question);
        }

        public String query() {
            int question = target.indexOf('?');
            return question < 0 ? "" : target.substring(question + 1);
        }
    }

    private record Reply(int status, Map<String, String> headers, String body) {}

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private volatile Reply reply = new Reply(200, Map.of(), "");
    private volatile boolean hasRing;
    private volatile String mode = "";
    private volatile boolean silent;
    private volatile boolean breaking;
    private volatile boolean stalling;

    public StubStore() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(executor);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** An address where nothing listens. */
    public static URI refusingUrl() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public StubStore answers(int status, Map<String, String> headers, String body) {
        reply = new Reply(status, headers, body);
        return this;
    }

    /** Answers the question for the ring, too; else it is answered by 404 and not noted, as clients ask it unbidden. */
    public StubStore answersRing(Map<String, String> headers, String json) {
        hasRing = true;
        return answers(200, headers, json);
    }

    /** Says of any bucket that it is of this mode, and does not note who asks; not where another definition is laid out. */
    public StubStore hasBuckets(String ofMode) {
        mode = ofMode;
        return this;
    }

    /** Answers reads with siblings, given as JSON objects. */
    public StubStore answersRead(String... siblings) {
        return answers(
                200,
                headers("Content-Type", "application/vnd.quorate.siblings+json", "Quorate-Context", "ctx-read"),
                "{\"context\":\"ctx-read\",\"siblings\":[" + String.join(",", siblings) + "]}");
    }

    public StubStore answersWrite() {
        return answers(204, headers("Quorate-Context", "ctx-write"), "");
    }

    public StubStore answersProblem(int status, String code, String more) {
        return answers(
                status,
                Map.of("Content-Type", "application/problem+json"),
                "{\"type\":\"/problems/" + code + "\",\"title\":\"T\",\"status\":" + status + ",\"code\":\"" + code
                        + "\",\"detail\":\"because of a test\"" + more + "}");
    }

    /** Takes requests and never answers. */
    public StubStore staysSilent() {
        silent = true;
        return this;
    }

    /** Answers with headers and a part of the body. */
    public StubStore stallsInTheBody() {
        stalling = true;
        return this;
    }

    /** Takes requests and closes the connection. */
    public StubStore breaksConnections() {
        breaking = true;
        return this;
    }

    public static String sibling(String dot, String contentType, String base64) {
        return "{\"dot\":\"" + dot + "\",\"contentType\":\"" + contentType
                + "\",\"size\":1,\"written\":\"2026-01-02T03:04:05Z\",\"value\":\"" + base64 + "\"}";
    }

    public List<Seen> seen() {
        return seen;
    }

    public Seen last() {
        return seen.get(seen.size() - 1);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        executor.shutdownNow();
    }

    private static Map<String, String> headers(String... pairs) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Quorate-Result", RESULT);
        for (int i = 0; i < pairs.length; i += 2) {
            headers.put(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/readyz") || (path.equals("/v1/ring") && !hasRing)) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        if (exchange.getRequestMethod().equals("GET")
                && !mode.isEmpty()
                && path.matches("/v1/buckets/[^/]+")
                && !reply.body().contains("\"mode\":")) {
            byte[] bucket = ("{\"name\":\"b\",\"mode\":\"" + mode + "\"}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bucket.length);
            exchange.getResponseBody().write(bucket);
            exchange.close();
            return;
        }
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> headers = new LinkedHashMap<>();
        Headers given = exchange.getRequestHeaders();
        given.forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        seen.add(new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body));
        if (silent) {
            awaitClose();
        }
        if (silent || breaking) {
            exchange.close();
            return;
        }
        if (stalling) {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitClose();
            return;
        }
        Reply now = reply;
        now.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] data = now.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(now.status(), data.length == 0 ? -1 : data.length);
        exchange.getResponseBody().write(data);
        exchange.close();
    }

    private void awaitClose() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
