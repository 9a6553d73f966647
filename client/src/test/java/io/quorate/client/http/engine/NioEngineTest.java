package io.quorate.client.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.ring.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NioEngineTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private final ServerSocket server = listen();
    private final Origin origin = Origin.of(URI.create("http://127.0.0.1:" + server.getLocalPort()));
    private final Loop loop = new Loop();
    private final EngineLimits limits = new EngineLimits(2, 3, Duration.ofMillis(500), Duration.ofMillis(400), 4 << 20);
    private final NioEngine engine = new NioEngine(loop, limits, threads);

    NioEngineTest() {
        loop.start();
    }

    @AfterEach
    void closeAll() throws IOException {
        loop.execute(engine::close);
        loop.close();
        server.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        threads.shutdownNow();
    }

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Echoes bodies, and closes a connection after so many. */
    private void echo(int perConnection) {
        threads.execute(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    sockets.add(socket);
                    accepted.incrementAndGet();
                    threads.execute(() -> echo(socket, perConnection));
                } catch (IOException e) {
                    assertThat(server.isClosed()).isTrue();
                }
            }
        });
    }

    private static void echo(Socket socket, int times) {
        try (socket) {
            InputStream in = socket.getInputStream();
            for (int i = 0; i < times; i++) {
                StringBuilder head = new StringBuilder();
                while (!head.toString().endsWith("\r\n\r\n")) {
                    int b = in.read();
                    if (b < 0) {
                        return;
                    }
                    head.append((char) b);
                }
                int at = head.indexOf("Content-Length: ");
                int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r", at)));
                byte[] body = in.readNBytes(length);
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().write(body);
            }
        } catch (SocketException e) {
            // The test ended.
            assertThat(socket.isClosed() || e.getMessage() != null).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletableFuture<Object> send(Bytes body, long timeoutMillis) {
        CompletableFuture<Object> end = new CompletableFuture<>();
        loop.execute(() -> {
            WireRequest request = new WireRequest("PUT", "/x", List.of("A", "b"), body, false);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            var unused = engine.send(origin, request, deadline, new HttpEngine.Sink() {
                @Override
                public void answered(WireReply reply) {
                    end.complete(reply.body());
                }

                @Override
                public void failed(Failure failure) {
                    end.complete(failure);
                }
            });
        });
        return end;
    }

    private static Object get(CompletableFuture<Object> end) throws Exception {
        return end.get(20, TimeUnit.SECONDS);
    }

    @Test
    void bodiesOfAnySizeGoThereAndBackOnOneConnection() throws Exception {
        echo(Integer.MAX_VALUE);
        for (int size : new int[] {0, 1, 1024, 65_000, 65_536, 3 << 20}) {
            byte[] data = new byte[size];
            for (int i = 0; i < size; i++) {
                data[i] = (byte) (i * 31 + i / 251);
            }
            assertThat(get(send(Bytes.wrap(data), 10_000))).isEqualTo(Bytes.wrap(data));
        }
        assertThat(accepted).hasValue(1);
    }

    @Test
    void requestsBeyondTheConnectionsWaitAndBeyondThoseFailUnsent() throws Exception {
        List<CompletableFuture<Object>> ends = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ends.add(send(Bytes.ofUtf8("b" + i), 10_000));
        }
        Failure crowded = (Failure) get(ends.get(5));
        assertThat(crowded.kind()).isEqualTo(Failure.Kind.CROWDED);
        assertThat(crowded.sent()).isFalse();

        echo(Integer.MAX_VALUE);
        for (int i = 0; i < 5; i++) {
            assertThat(get(ends.get(i))).isEqualTo(Bytes.ofUtf8("b" + i));
        }
        assertThat(accepted.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void connectionsThatTheServerClosedAreNotUsedAgain() throws Exception {
        echo(1);
        for (int i = 0; i < 20; i++) {
            assertThat(get(send(Bytes.ofUtf8("b" + i), 10_000))).isEqualTo(Bytes.ofUtf8("b" + i));
            // The server's good-bye has come.
            await().atMost(Duration.ofSeconds(10)).until(() -> connections() == 0);
        }
        assertThat(accepted).hasValue(20);
    }

    @Test
    void unusedConnectionsAreClosed() throws Exception {
        echo(Integer.MAX_VALUE);
        get(send(Bytes.ofUtf8("b"), 10_000));
        assertThat(connections()).isEqualTo(1);

        await().atMost(Duration.ofSeconds(10)).until(() -> connections() == 0);
    }

    @Test
    void aSilentServerMeansLateAndSent() throws Exception {
        Failure late = (Failure) get(send(Bytes.ofUtf8("b"), 100));

        assertThat(late.kind()).isEqualTo(Failure.Kind.LATE);
        assertThat(late.sent()).isTrue();
        await().atMost(Duration.ofSeconds(10)).until(() -> connections() == 0);
    }

    @Test
    void headersThatWouldForgeOthersAreNotSent() throws Exception {
        CompletableFuture<Object> end = new CompletableFuture<>();
        loop.execute(() -> {
            WireRequest request = new WireRequest("GET", "/x", List.of("A", "b\r\nC: d"), null, false);
            var unused = engine.send(origin, request, System.nanoTime() + 1_000_000_000L, new HttpEngine.Sink() {
                @Override
                public void answered(WireReply reply) {
                    end.complete(reply);
                }

                @Override
                public void failed(Failure failure) {
                    end.complete(failure);
                }
            });
        });
        assertThat(((Failure) get(end)).kind()).isEqualTo(Failure.Kind.BAD_REQUEST);
    }

    private int connections() throws Exception {
        CompletableFuture<Object> count = new CompletableFuture<>();
        loop.execute(() -> count.complete(engine.load(origin).connections()));
        return (Integer) get(count);
    }
}
