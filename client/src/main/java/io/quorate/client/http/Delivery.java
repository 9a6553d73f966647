package io.quorate.client.http;

import io.quorate.client.error.Attempt;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: contact point after contact point until one can be reached, all within one deadline. Once a
 * request may have left, no other address is tried.
 */
final class Delivery {
    /** The guard over the whole call strikes a little after the request's own timer, which knows more. */
    private static final Duration GUARD_LAG = Duration.ofMillis(25);

    private final Exchange exchange;
    private final HttpTransportConfig config;
    private final HttpClient http;
    private final Executor executor;
    private final long startNanos = System.nanoTime();
    private final List<Attempt> attempts = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> inFlight;

    Delivery(Exchange exchange, HttpTransportConfig config, HttpClient http, Executor executor) {
        this.exchange = exchange;
        this.config = config;
        this.http = http;
        this.executor = executor;
    }

    CompletableFuture<Answer> start() {
        Duration limit = exchange.timeout().plus(config.allowance()).plus(GUARD_LAG);
        CompletableFuture<Answer> guarded =
                answer.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).exceptionallyAsync(this::explained, executor);
        tryFrom(0);
        return guarded;
    }

    private void tryFrom(int index) {
        long leftNanos = exchange.timeout().toNanos() - (System.nanoTime() - startNanos);
        if (index == config.contactPoints().size() || leftNanos <= 0) {
            answer.completeExceptionally(unreachable());
            return;
        }
        URI base = config.contactPoints().get(index);
        long attemptNanos = System.nanoTime();
        try {
            HttpRequest request = request(base, leftNanos);
            CompletableFuture<HttpResponse<byte[]>> sent =
                    http.sendAsync(request, info -> new BoundedBody(config.answerBytesMax()));
            inFlight = sent;
            var unused = sent.whenComplete((response, error) -> {
                if (error == null) {
                    arrived(base, attemptNanos, response);
                } else {
                    failed(index, base, attemptNanos, unwrap(error));
                }
            });
        } catch (IllegalArgumentException e) {
            answer.completeExceptionally(new RequestRefusedException(
                    Problem.refused(ErrorCode.BAD_REQUEST, "the request cannot be sent: " + e.getMessage())));
        }
    }

    private HttpRequest request(URI base, long leftNanos) {
        String root = base.getScheme() + "://" + base.getRawAuthority();
        URI target = URI.create(root + exchange.target(millisRoundedUp(leftNanos)));
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(Duration.ofNanos(leftNanos).plus(config.allowance()))
                .method(
                        exchange.method(),
                        exchange.body()
                                .map(bytes -> HttpRequest.BodyPublishers.ofByteArray(bytes.unsafeArray()))
                                .orElseGet(HttpRequest.BodyPublishers::noBody));
        exchange.headers().forEach(request::header);
        return request.build();
    }

    private void arrived(URI base, long attemptNanos, HttpResponse<byte[]> response) {
        note(base, attemptNanos, "status " + response.statusCode());
        answer.complete(new Answer(response.statusCode(), response.headers(), Bytes.wrap(response.body()), attempts));
    }

    private void failed(int index, URI base, long attemptNanos, Throwable error) {
        note(base, attemptNanos, describe(error));
        if (isUnreachable(error)) {
            if (!answer.isDone()) {
                tryFrom(index + 1);
            }
        } else {
            answer.completeExceptionally(
                    error instanceof HttpTimeoutException ? late(error) : broken(describe(error), error));
        }
    }

    /** The connection was never made, so nothing was sent. */
    private static boolean isUnreachable(Throwable error) {
        return error instanceof ConnectException
                || error instanceof HttpConnectTimeoutException
                || error instanceof UnknownHostException
                || error instanceof NoRouteToHostException;
    }

    /** Runs on a thread of the client also when the timer's thread brought the error. */
    private Answer explained(Throwable error) {
        Throwable cause = unwrap(error);
        if (cause instanceof QuorateException known) {
            throw known;
        }
        CompletableFuture<HttpResponse<byte[]>> sent = inFlight;
        if (sent != null) {
            sent.cancel(true);
        }
        throw cause instanceof TimeoutException ? late(cause) : broken(describe(cause), cause);
    }

    private UnavailableException unreachable() {
        String who = config.contactPoints().size() == 1 ? "the contact point" : "any contact point";
        return new UnavailableException(
                Problem.of(Problem.UNREACHABLE, 0, "could not reach " + who + "; nothing was sent", Outcome.NOT_APPLIED)
                        .withAttempts(attempts),
                null);
    }

    private LevelNotReachedException late(Throwable cause) {
        String detail = "no answer within " + exchange.timeout().toMillis() + " ms and "
                + config.allowance().toMillis() + " ms of allowance";
        return new LevelNotReachedException(
                Problem.of(ErrorCode.TIMEOUT.text(), 0, detail, exchange.unknown())
                        .withAttempts(attempts),
                cause);
    }

    private BrokenExchangeException broken(String what, Throwable cause) {
        return new BrokenExchangeException(
                Problem.of(Problem.CONNECTION_BROKEN, 0, "the exchange broke: " + what, exchange.unknown())
                        .withAttempts(attempts),
                cause);
    }

    private static long millisRoundedUp(long nanos) {
        return (nanos + 999_999) / 1_000_000;
    }

    private void note(URI base, long attemptNanos, String cause) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - attemptNanos);
        attempts.add(new Attempt(base.toString(), millis, cause));
    }

    private static String describe(Throwable error) {
        if (error instanceof HttpConnectTimeoutException) {
            return "no connection in time";
        }
        if (error instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (error instanceof ConnectException) {
            return "connection refused or host unknown";
        }
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }

    private static Throwable unwrap(Throwable error) {
        Throwable cause = error.getCause();
        return error instanceof CompletionException && cause != null ? cause : error;
    }
}
