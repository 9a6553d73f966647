package io.quorate.client.http;

import io.quorate.client.error.Problem;
import io.quorate.client.error.UnavailableException;
import io.quorate.ring.wire.Outcome;
import java.net.http.HttpClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends requests to the first contact point that can be reached. */
final class ContactPoints implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final HttpTransportConfig config;
    private final ExecutorService executor = Executors.newCachedThreadPool(ContactPoints::daemon);
    private final HttpClient http;
    private volatile boolean closed;

    ContactPoints(HttpTransportConfig config) {
        this.config = config;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectTimeout())
                .executor(executor)
                .build();
    }

    /**
     * Sends a request; the answer may have any status. Fails with a {@link io.quorate.client.error.QuorateException}
     * only, by the exchange's timeout and the allowance at the latest.
     */
    CompletableFuture<Answer> send(Exchange exchange) {
        if (closed) {
            return CompletableFuture.failedFuture(new UnavailableException(
                    Problem.of(Problem.CLIENT_CLOSED, 0, "the client has been closed", Outcome.NOT_APPLIED), null));
        }
        return new Delivery(exchange, config, http, executor).start();
    }

    /** Threads are daemons and end after a minute without work. */
    @Override
    public void close() {
        closed = true;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "quorate-client-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
