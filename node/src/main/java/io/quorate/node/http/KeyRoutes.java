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
import org.jspecify.annotations.Nullable;

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
        refuseLeaderHeaders(exchange, "*".equals(exchange.header("If-None-Match")));
        Query query = new Query(exchange.query(), READ);
        if (query.get("max-lag") != null) {
            throw new HttpProblem(ErrorCode.LEVEL_NOT_IN_MODE, "max-lag belongs to FOLLOWER reads of leader buckets");
        }
        String sibling = query.get("sibling");
        Dot dot = sibling == null ? null : dot(sibling);
        Accept accept = new Accept(exchange.joined("Accept"));
        Consumer<Answer> render =
                answer -> Router.guardAnswer(exchange, () -> answers.read(exchange, answer, accept, dot));
        door.get(new Door.Call(bucket, key, query.strength("r"), query.sloppy(), query.timeoutNanos()), answer -> {
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
        refuseLeaderHeaders(exchange, true);
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
        String context = exchange.single(HttpNames.CONTEXT);
        String idempotencyKey = exchange.single(HttpNames.IDEMPOTENCY_KEY);
        bodies.read(
                exchange,
                true,
                body -> door.put(
                        new Door.Call(bucket, key, strength, sloppy, timeout),
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
        refuseLeaderHeaders(exchange, true);
        Query query = new Query(exchange.query(), WRITE);
        door.delete(
                new Door.Call(bucket, key, query.strength("w"), query.sloppy(), query.timeoutNanos()),
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

    private static void refuseLeaderHeaders(Exchange exchange, boolean noneMatch) {
        refuse(exchange.header("If-Match"), "If-Match");
        if (noneMatch) {
            refuse(exchange.header("If-None-Match"), "If-None-Match");
        }
        if (exchange.header(HttpNames.SESSION) != null) {
            throw new HttpProblem(ErrorCode.NOT_IMPLEMENTED, HttpNames.SESSION + " is not available in this version");
        }
    }

    private static void refuse(@Nullable String value, String header) {
        if (value != null) {
            throw new HttpProblem(
                    ErrorCode.CAS_NEEDS_LEADER,
                    header + ": compare-and-set needs a leader bucket; in a leaderless one write with the context of"
                            + " your read and resolve the siblings");
        }
    }
}
