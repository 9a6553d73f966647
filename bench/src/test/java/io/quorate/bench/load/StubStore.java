package io.quorate.bench.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A store of one node that keeps the contract as far as the load generator uses it. */
final class StubStore implements AutoCloseable {
    static final String PROBLEM_503 = "{\"status\":503,\"code\":\"unavailable\",\"outcome\":\"not-applied\"}";

    static {
        // Else the server's own delay of small packets would dominate every exchange.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    final Map<String, byte[]> values = new ConcurrentHashMap<>();
    final Map<String, Integer> versions = new ConcurrentHashMap<>();
    final AtomicInteger puts = new AtomicInteger();
    final AtomicInteger gets = new AtomicInteger();
    final AtomicInteger blindPuts = new AtomicInteger();
    final Set<Integer> peerPorts = ConcurrentHashMap.newKeySet();
    volatile boolean bucketThere;
    volatile boolean refusing;
    volatile String metrics = "";
    volatile String ring = "";

    /** After so many puts all requests of keys wait once, for so long. */
    volatile int stallAfterPuts = Integer.MAX_VALUE;

    volatile long stallMillis;
    private final AtomicLong stalledUntil = new AtomicLong();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    StubStore() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        boolean put = exchange.getRequestMethod().equals("PUT");
        if (path.equals("/metrics")) {
            answer(exchange, metrics.isEmpty() ? 404 : 200, metrics);
        } else if (path.equals("/v1/ring")) {
            answer(exchange, 200, ring);
        } else if (path.equals("/v1/buckets/carts")) {
            bucket(exchange, put);
        } else {
            peerPorts.add(exchange.getRemoteAddress().getPort());
            key(exchange, path, put, body);
        }
    }

    private void bucket(HttpExchange exchange, boolean put) throws IOException {
        if (put) {
            bucketThere = true;
            answer(exchange, 201, "{}");
        } else {
            answer(exchange, bucketThere ? 200 : 404, bucketThere ? "{}" : "{\"code\":\"no-such-bucket\"}");
        }
    }

    private void key(HttpExchange exchange, String key, boolean put, byte[] body) throws IOException {
        if (refusing) {
            answer(exchange, 503, PROBLEM_503);
            return;
        }
        stall();
        if (put) {
            puts.incrementAndGet();
            int version = versions.getOrDefault(key, 0);
            String context = exchange.getRequestHeaders().getFirst("Quorate-Context");
            if (context == null) {
                blindPuts.incrementAndGet();
            } else if (!context.equals(key + "@" + version)) {
                answer(exchange, 400, "{\"code\":\"bad-context\"}");
                return;
            }
            values.put(key, body);
            versions.put(key, version + 1);
            exchange.getResponseHeaders().add("Quorate-Context", key + "@" + (version + 1));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            return;
        }
        gets.incrementAndGet();
        exchange.getResponseHeaders().add("Quorate-Context", key + "@" + versions.getOrDefault(key, 0));
        byte @Nullable [] value = values.get(key);
        if (value == null) {
            answer(exchange, 404, "{\"code\":\"not-found\"}");
        } else {
            exchange.sendResponseHeaders(200, value.length);
            exchange.getResponseBody().write(value);
            exchange.close();
        }
    }

    private void stall() {
        if (puts.get() >= stallAfterPuts) {
            stallAfterPuts = Integer.MAX_VALUE;
            stalledUntil.set(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(stallMillis));
        }
        long until = stalledUntil.get();
        while (until != 0 && System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
