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
        refuseLeaderHeaders(exchange);
        switch (method) {
            case "GET", "HEAD" -> read(exchange, bucket, key);
            case "PUT" -> put(exchange, bucket, key);
            case "DELETE" -> delete(exchange, bucket, key);
            default -> Router.methodNotAllowed(exchange, "GET, HEAD, PUT, DELETE");
        }
    }

    private void read(Exchange exchange, String bucket, Bytes key) {
        Query query = new Query(exchange.query(), READ);
        query.refuseSloppy();
        if (query.get("max-lag") != null) {
            throw new HttpProblem(ErrorCode.LEVEL_NOT_IN_MODE, "max-lag belongs to FOLLOWER reads of leader buckets");
        }
        String sibling = query.get("sibling");
        Dot dot = sibling == null ? null : dot(sibling);
        Accept accept = new Accept(exchange.header("Accept"));
        Consumer<Answer> render =
                answer -> Router.guardAnswer(exchange, () -> answers.read(exchange, answer, accept, dot));
        door.get(new Door.Call(bucket, key, query.strength("r"), query.timeoutNanos()), render);
    }

    private static Dot dot(String text) {
        return Dot.parse(text)
                .orElseThrow(() -> new HttpProblem(
                        ErrorCode.BAD_REQUEST, "sibling=" + text + " is no dot as a siblings answer lists them"));
    }

    private void put(Exchange exchange, String bucket, Bytes key) {
        Query query = new Query(exchange.query(), WRITE);
        query.refuseSloppy();
        if (exchange.header(HttpNames.TTL) != null) {
            throw new HttpProblem(ErrorCode.NOT_IMPLEMENTED, HttpNames.TTL + " is not available in this version");
        }
        Strength strength = query.strength("w");
        long timeout = query.timeoutNanos();
        String contentType = contentType(exchange);
        String context = exchange.header(HttpNames.CONTEXT);
        String idempotencyKey = exchange.header(HttpNames.IDEMPOTENCY_KEY);
        bodies.read(
                exchange,
                true,
                body -> door.put(
                        new Door.Call(bucket, key, strength, timeout),
                        context,
                        body,
                        contentType,
                        idempotencyKey,
                        answer -> Router.guardAnswer(exchange, () -> answers.written(exchange, answer))));
    }

    private static String contentType(Exchange exchange) {
        String type = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        return type == null || type.isBlank() ? HttpNames.OCTET_STREAM : type;
    }

    private void delete(Exchange exchange, String bucket, Bytes key) {
        Query query = new Query(exchange.query(), WRITE);
        query.refuseSloppy();
        door.delete(
                new Door.Call(bucket, key, query.strength("w"), query.timeoutNanos()),
                exchange.header(HttpNames.CONTEXT),
                exchange.header(HttpNames.IDEMPOTENCY_KEY),
                answer -> Router.guardAnswer(exchange, () -> answers.written(exchange, answer)));
    }

    void explain(Exchange exchange, String bucket, Bytes key) {
        if (!exchange.method().equals("GET")) {
            Router.methodNotAllowed(exchange, "GET");
            return;
        }
        Query query = new Query(exchange.query(), Set.of("timeout"));
        door.explain(
                new Door.Call(bucket, key, new Strength.BucketDefault(), query.timeoutNanos()),
                answer -> Router.guardAnswer(exchange, () -> answers.explained(exchange, answer)));
    }

    private static void refuseLeaderHeaders(Exchange exchange) {
        refuse(exchange.header("If-Match"), "If-Match");
        refuse(exchange.header("If-None-Match"), "If-None-Match");
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
