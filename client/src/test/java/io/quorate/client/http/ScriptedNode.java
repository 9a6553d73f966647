package io.quorate.client.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A server on bare sockets that does to each request what the test says, down to single bytes. */
final class ScriptedNode implements AutoCloseable {
    /** What a request is answered with. */
    interface Script {
        void answer(Request request, Wire wire) throws IOException, InterruptedException;
    }

    record Request(String method, String target, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        boolean isOnKey() {
            return target.contains("/keys/");
        }
    }

    /** The way back. */
    record Wire(OutputStream out, CountDownLatch closing) {
        /** Keeps the client waiting for so long, or until the node is closed. */
        void stall(long millis) throws InterruptedException {
            closing.await(millis, TimeUnit.MILLISECONDS);
        }

        void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void reply(int status, String headers, String body) throws IOException {
            String length = status == 204 ? "" : "Content-Length: " + body.length() + "\r\n";
            raw("HTTP/1.1 " + status + " S\r\n" + headers + length + "\r\n" + body);
        }

        void done(Request request, long epoch) throws IOException {
            String headers =
                    "Quorate-Context: ctx\r\nQuorate-Result: mode=leaderless, siblings=1, epoch=" + epoch + "\r\n";
            if (request.method().equals("GET")) {
                reply(
                        200,
                        headers,
                        "{\"siblings\":[{\"dot\":\"d\",\"contentType\":\"text/plain\",\"size\":1,"
                                + "\"written\":\"2026-01-02T03:04:05Z\",\"value\":\"dg==\"}]}");
            } else {
                reply(204, headers, "");
            }
        }

        void problem(int status, String code, String outcome, String headers) throws IOException {
            reply(
                    status,
                    headers + "Content-Type: application/problem+json\r\n",
                    "{\"code\":\"" + code + "\",\"detail\":\"because of a test\",\"outcome\":\"" + outcome + "\"}");
        }

        SocketException breakOff() {
            return new SocketException("the script breaks the connection off");
        }
    }

    static final Script DONE = (request, wire) -> wire.done(request, 1);
    static final Script BROKEN = (request, wire) -> {
        throw wire.breakOff();
    };

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Request> onKeys = new CopyOnWriteArrayList<>();
    private final List<Request> onRing = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile ServerSocket listener;
    private volatile Future<?> accepting;
    private volatile Script script;
    private volatile String ring = "";
    private volatile boolean ready = true;

    ScriptedNode(Script script) {
        this.script = script;
        this.accepting = CompletableFuture.completedFuture(null);
        this.listener = listen(0);
        this.port = listener.getLocalPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    ScriptedNode does(Script other) {
        script = other;
        return this;
    }

    ScriptedNode servesRing(String json) {
        ring = json;
        return this;
    }

    /** Never answers what it is asked, not even how it is. */
    void freeze() {
        ready = false;
        script = (request, wire) -> closing.await();
    }

    void thaw(Script other) {
        script = other;
        ready = true;
    }

    /** Refuses connections and breaks those that are open. */
    void stop() throws IOException {
        listener.close();
        try {
            // Until the thread that accepts has noticed, the system may still take connections.
            accepting.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IOException("the listener did not end", e);
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    void startAgain() {
        listener = listen(port);
    }

    /** Requests on keys, without those that clients send of themselves. */
    List<Request> seen() {
        return onKeys;
    }

    List<Request> ringRequests() {
        return onRing;
    }

    int openConnections() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        stop();
        threads.shutdownNow();
    }

    private ServerSocket listen(int wanted) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 200);
            accepting = threads.submit(() -> accept(socket));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            Wire wire = new Wire(socket.getOutputStream(), closing);
            for (Request request = read(in); request != null; request = read(in)) {
                answer(request, wire);
            }
        } catch (SocketException e) {
            // Broken off by the script, the test's end, or the client: all are meant.
            sockets.remove(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    private void answer(Request request, Wire wire) throws IOException, InterruptedException {
        if (request.target().equals("/readyz")) {
            if (ready) {
                wire.reply(200, "", "{}");
            } else {
                closing.await(5, TimeUnit.SECONDS);
            }
        } else if (request.target().equals("/v1/ring")) {
            onRing.add(request);
            String now = ring;
            wire.reply(now.isEmpty() ? 404 : 200, "ETag: \"" + now.hashCode() + "\"\r\n", now);
        } else {
            onKeys.add(request);
            script.answer(request, wire);
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.append((char) b);
        }
        List<String> lines =
                head.toString().lines().filter(line -> !line.isEmpty()).toList();
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.size(); i++) {
            int colon = lines.get(i).indexOf(':');
            headers.put(
                    lines.get(i).substring(0, colon).toLowerCase(Locale.ROOT),
                    lines.get(i).substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        String[] words = lines.get(0).split(" ", -1);
        return new Request(words[0], words[1], headers, body);
    }
}
