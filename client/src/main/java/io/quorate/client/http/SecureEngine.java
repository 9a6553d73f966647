package io.quorate.client.http;

import io.quorate.client.http.engine.EngineLimits;
import io.quorate.client.http.engine.Failure;
import io.quorate.client.http.engine.HttpEngine;
import io.quorate.client.http.engine.Loop;
import io.quorate.client.http.engine.Origin;
import io.quorate.client.http.engine.WireReply;
import io.quorate.client.http.engine.WireRequest;
import io.quorate.ring.bytes.Bytes;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * HTTPS by the JDK's own client: it costs several times as much for a request as the engine for plain HTTP, but it has
 * TLS. Made at its first use. Its connections are not counted; its requests are, and held to the same limit.
 */
final class SecureEngine implements HttpEngine {
    private final Loop loop;
    private final EngineLimits limits;
    private final Executor executor;
    private final Map<Origin, Integer> inFlight = new HashMap<>();
    private @Nullable HttpClient http;

    SecureEngine(Loop loop, EngineLimits limits, Executor executor) {
        this.loop = loop;
        this.limits = limits;
        this.executor = executor;
    }

    @Override
    public Transfer send(Origin origin, WireRequest request, long deadlineNanos, Sink sink) {
        int limit = limits.connectionsPerNodeMax() + limits.requestsWaitingMax();
        if (inFlight.getOrDefault(origin, 0) >= limit) {
            fail(sink, new Failure(Failure.Kind.CROWDED, false, limit + " requests to this node are in flight", null));
            return () -> false;
        }
        HttpRequest built;
        try {
            built = build(origin, request, deadlineNanos);
        } catch (IllegalArgumentException e) {
            fail(sink, new Failure(Failure.Kind.BAD_REQUEST, false, String.valueOf(e.getMessage()), e));
            return () -> false;
        }
        inFlight.merge(origin, 1, Integer::sum);
        var unused = client().sendAsync(built, info -> new BoundedBody(limits.answerBytesMax()))
                .whenComplete((response, error) -> loop.execute(() -> {
                    inFlight.merge(origin, -1, Integer::sum);
                    if (error == null) {
                        sink.answered(reply(response));
                    } else {
                        sink.failed(failure(unwrap(error)));
                    }
                }));
        return () -> false;
    }

    @Override
    public Load load(Origin origin) {
        return new Load(inFlight.getOrDefault(origin, 0), 0);
    }

    /** What is in flight ends by its deadline. */
    @Override
    public void close() {
        http = null;
    }

    private void fail(Sink sink, Failure failure) {
        executor.execute(() -> loop.execute(() -> sink.failed(failure)));
    }

    private HttpClient client() {
        HttpClient client = http;
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(limits.connectTimeout())
                    .executor(executor)
                    .build();
            http = client;
        }
        return client;
    }

    private static HttpRequest build(Origin origin, WireRequest request, long deadlineNanos) {
        Bytes body = request.body();
        long left = Math.max(1_000_000, deadlineNanos - System.nanoTime());
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(origin + request.target()))
                .timeout(Duration.ofNanos(left))
                .method(
                        request.method(),
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body.unsafeArray()));
        List<String> headers = request.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            builder.header(headers.get(i), headers.get(i + 1));
        }
        return builder.build();
    }

    private static WireReply reply(HttpResponse<byte[]> response) {
        List<String> headers = new ArrayList<>();
        response.headers()
                .map()
                .forEach((name, values) -> values.forEach(value -> {
                    headers.add(name);
                    headers.add(value);
                }));
        return new WireReply(response.statusCode(), headers, Bytes.wrap(response.body()));
    }

    private static Failure failure(Throwable error) {
        boolean unreachable = error instanceof ConnectException
                || error instanceof HttpConnectTimeoutException
                || error instanceof UnknownHostException
                || error instanceof NoRouteToHostException;
        String message = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        if (unreachable) {
            return new Failure(Failure.Kind.UNREACHABLE, false, "no connection: " + message, error);
        }
        return error instanceof HttpTimeoutException
                ? new Failure(Failure.Kind.LATE, true, "no answer in time", error)
                : new Failure(Failure.Kind.BROKEN, true, message, error);
    }

    private static Throwable unwrap(Throwable error) {
        Throwable cause = error.getCause();
        return error instanceof CompletionException && cause != null ? cause : error;
    }
}
