package io.quorate.node.http;

import io.quorate.node.door.Door;
import io.quorate.node.door.Door.Answer;
import io.quorate.node.door.Strength;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.Dot;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;

/** {@code /v1/buckets/{bucket}/keys/{key}} and what lies below it. */
final class KeyRoutes {
    private static final Set<String> READ = Set.of("level", "r", "sloppy", "timeout", "sibling", "max-lag");
    private static final Set<String> WRITE = Set.of("level", "w", "sloppy", "timeout");

    private final Door door;
    private final Bodies bodies;
    private final KeyAnswers answers;

    KeyRoutes(Door door, Bodies bodies, KeyAnswers answers) {
        this.door = door;
        this.bodies = bodies;
        this.answers = answers;
    }

    void key(Exchange exchange, String bucket, Bytes key) {
        String method = exchange.method();
        switch (method) {
            case "GET", "HEAD" -> {
                door.check("get");
                read(exchange, bucket, key);
            }
            case "PUT" -> {
                door.check("put");
                put(exchange, bucket, key);
            }
            case "DELETE" -> {
                door.check("delete");
                delete(exchange, bucket, key);
            }
            default -> Router.methodNotAllowed(exchange, "GET, HEAD, PUT, DELETE");
        }
    }

    private void read(Exchange exchange, String bucket, Bytes key) {
        Query query = new Query(exchange.query(), READ);
        String sibling = query.get("sibling");
        Dot dot = sibling == null ? null : dot(sibling);
        Accept accept = new Accept(exchange.joined("Accept"));
        Consumer<Answer> render =
                answer -> Router.guardAnswer(exchange, () -> answers.read(exchange, answer, accept, dot));
        Door.Led led =
                new Door.Led(Conditions.ofRead(exchange), exchange.single(HttpNames.SESSION), query.maxLagMillis());
        Door.Call call = new Door.Call(bucket, key, query.strength("r"), query.sloppy(), query.timeoutNanos(), led);
        door.get(call, answer -> {
            if (KeyAnswers.isLong(answer)) {
                exchange.later(() -> render.accept(answer));
            } else {
                exchange.soon(() -> render.accept(answer));
            }
        });
    }

    private static Dot dot(String text) {
        return Dot.parse(text)
                .orElseThrow(() -> new HttpProblem(
                        ErrorCode.BAD_REQUEST, "sibling=" + text + " is no dot as a siblings answer lists them"));
    }

    private void put(Exchange exchange, String bucket, Bytes key) {
        String coding = exchange.header("Content-Encoding");
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            throw new HttpProblem(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding: " + coding + " would not be kept; send the value as it is, and say what it is in"
                            + " Content-Type");
        }
        Query query = new Query(exchange.query(), WRITE);
        if (exchange.header(HttpNames.TTL) != null) {
            throw new HttpProblem(ErrorCode.NOT_IMPLEMENTED, HttpNames.TTL + " is not available in this version");
        }
        Strength strength = query.strength("w");
        Boolean sloppy = query.sloppy();
        long timeout = query.timeoutNanos();
        String contentType = contentType(exchange);
        Door.Led led = new Door.Led(Conditions.ofWrite(exchange), exchange.single(HttpNames.SESSION), -1);
        String context = exchange.single(HttpNames.CONTEXT);
        String idempotencyKey = exchange.single(HttpNames.IDEMPOTENCY_KEY);
        bodies.read(
                exchange,
                true,
                body -> door.put(
                        new Door.Call(bucket, key, strength, sloppy, timeout, led),
                        context,
                        body,
                        contentType,
                        idempotencyKey,
                        answer -> written(exchange, answer)));
    }

    private void written(Exchange exchange, Answer answer) {
        exchange.soon(() -> Router.guardAnswer(exchange, () -> answers.written(exchange, answer)));
    }

    private static String contentType(Exchange exchange) {
        String type = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        return type == null || type.isBlank() ? HttpNames.OCTET_STREAM : type;
    }

    private void delete(Exchange exchange, String bucket, Bytes key) {
        Query query = new Query(exchange.query(), WRITE);
        door.delete(
                new Door.Call(
                        bucket,
                        key,
                        query.strength("w"),
                        query.sloppy(),
                        query.timeoutNanos(),
                        new Door.Led(Conditions.ofWrite(exchange), exchange.single(HttpNames.SESSION), -1)),
                exchange.single(HttpNames.CONTEXT),
                exchange.single(HttpNames.IDEMPOTENCY_KEY),
                answer -> written(exchange, answer));
    }

    void explain(Exchange exchange, String bucket, Bytes key) {
        if (!exchange.isRead()) {
            Router.methodNotAllowed(exchange, "GET, HEAD");
            return;
        }
        door.check("explain");
        Query query = new Query(exchange.query(), Set.of("timeout"));
        door.explain(
                new Door.Call(bucket, key, new Strength.BucketDefault(), null, query.timeoutNanos()),
                answer -> Router.guardAnswer(exchange, () -> answers.explained(exchange, answer)));
    }
}
