package io.quorate.node.http;

import io.quorate.node.door.RefusedException;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the route of a request by its raw path. Never blocks. */
final class Router extends Handler.Abstract.NonBlocking {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private final KeyRoutes keys;
    private final BucketRoutes buckets;
    private final OperationRoutes operations;
    private final GroupRoutes groups;
    private final FaultRoutes faults;
    private final AtomicInteger open = new AtomicInteger();

    Router(KeyRoutes keys, BucketRoutes buckets, OperationRoutes operations, GroupRoutes groups, FaultRoutes faults) {
        this.keys = keys;
        this.buckets = buckets;
        this.operations = operations;
        this.groups = groups;
        this.faults = faults;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        open.incrementAndGet();
        Exchange exchange = new Exchange(request, response, Callback.from(callback, open::decrementAndGet));
        guard(exchange, () -> route(exchange));
        return true;
    }

    /** Requests that have come and whose answers are not written yet. */
    int open() {
        return open.get();
    }

    /** Turns whatever goes wrong while a request is taken into a problem. */
    static void guard(Exchange exchange, Runnable work) {
        try {
            work.run();
        } catch (RefusedException problem) {
            exchange.problem(problem.refusal(), "", 0, -1);
        } catch (RuntimeException bug) {
            LOG.error("a request failed by a fault of this program: {}", exchange.request(), bug);
            exchange.problem(ErrorCode.INTERNAL, "this node failed to handle the request; its log says why");
        }
    }

    /** The same for the rendering of an answer, which must never fail the thread that brings it. */
    static void guardAnswer(Exchange exchange, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException bug) {
            LOG.error("an answer failed by a fault of this program: {}", exchange.request(), bug);
            String detail = "this node failed to give the answer; its log says why";
            exchange.problem(Refused.of(ErrorCode.INTERNAL, Outcome.MAYBE_APPLIED, detail), "", 0, -1);
        }
    }

    private void route(Exchange exchange) {
        List<String> segments = RawPath.segments(exchange.path());
        if (segments.get(0).equals("v1") && segments.size() >= 2) {
            switch (segments.get(1)) {
                case "buckets" -> bucketRoute(exchange, segments);
                case "ring" -> exact(exchange, segments, 2, () -> operations.ring(exchange));
                case "nodes" -> nodesRoute(exchange, segments);
                case "faults" -> exact(exchange, segments, 2, () -> faults.handle(exchange));
                case "anti-entropy" -> antiEntropyRoute(exchange, segments);
                case "hints" -> hintsRoute(exchange, segments);
                case "groups" -> groupsRoute(exchange, segments);
                default -> noSuchRoute(exchange);
            }
            return;
        }
        if (segments.size() == 1) {
            switch (segments.get(0)) {
                case "livez" -> operations.live(exchange);
                case "startupz" -> operations.startup(exchange);
                case "readyz" -> operations.ready(exchange);
                case "metrics" -> operations.metrics(exchange);
                case "openapi.yaml" -> operations.openApi(exchange);
                default -> noSuchRoute(exchange);
            }
        } else if (segments.equals(List.of("healthz", "cluster"))) {
            operations.clusterHealth(exchange);
        } else {
            noSuchRoute(exchange);
        }
    }

    private void bucketRoute(Exchange exchange, List<String> segments) {
        if (segments.size() == 2) {
            buckets.all(exchange);
            return;
        }
        String bucket = bucketName(segments.get(2));
        if (segments.size() == 3) {
            buckets.one(exchange, bucket);
        } else if (segments.size() == 5 && segments.get(3).equals("keys")) {
            keys.key(exchange, bucket, key(segments.get(4)));
        } else if (segments.size() == 6
                && segments.get(3).equals("keys")
                && segments.get(5).equals("explain")) {
            keys.explain(exchange, bucket, key(segments.get(4)));
        } else if (segments.size() == 6
                && segments.get(3).equals("keys")
                && segments.get(5).equals("ops")) {
            throw new HttpProblem(ErrorCode.NOT_IMPLEMENTED, "typed values are not available in this version");
        } else {
            noSuchRoute(exchange);
        }
    }

    private void groupsRoute(Exchange exchange, List<String> segments) {
        if (segments.size() == 2) {
            groups.all(exchange);
        } else if (segments.size() == 4 && segments.get(3).equals("transfer")) {
            groups.transfer(exchange, segments.get(2));
        } else {
            noSuchRoute(exchange);
        }
    }

    private void nodesRoute(Exchange exchange, List<String> segments) {
        if (segments.size() == 2) {
            operations.nodes(exchange);
        } else if (segments.size() == 3 && segments.get(2).equals("self")) {
            operations.self(exchange);
        } else {
            noSuchRoute(exchange);
        }
    }

    private void hintsRoute(Exchange exchange, List<String> segments) {
        boolean syncPoint = segments.size() >= 3 && segments.get(2).equals("sync-point");
        if (segments.size() == 2) {
            operations.hints(exchange);
        } else if (syncPoint && segments.size() == 3) {
            operations.makeSyncPoint(exchange);
        } else if (syncPoint && segments.size() == 4) {
            operations.awaitSyncPoint(exchange, segments.get(3));
        } else {
            noSuchRoute(exchange);
        }
    }

    private void antiEntropyRoute(Exchange exchange, List<String> segments) {
        if (segments.size() == 2) {
            operations.antiEntropy(exchange);
        } else if (segments.size() == 3 && segments.get(2).equals("run")) {
            operations.runAntiEntropy(exchange);
        } else {
            noSuchRoute(exchange);
        }
    }

    private static String bucketName(String segment) {
        String name;
        try {
            name = RawPath.decode(segment).toUtf8();
        } catch (IllegalArgumentException e) {
            throw new HttpProblem(ErrorCode.BAD_BUCKET, "bucket name: " + e.getMessage());
        }
        if (!BucketDefinition.isValidName(name)) {
            throw new HttpProblem(
                    ErrorCode.BAD_BUCKET,
                    "bucket name '" + name + "' must be 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit");
        }
        return name;
    }

    private static Bytes key(String segment) {
        try {
            return RawPath.decode(segment);
        } catch (IllegalArgumentException e) {
            throw new HttpProblem(ErrorCode.BAD_KEY, "key: " + e.getMessage());
        }
    }

    private static void exact(Exchange exchange, List<String> segments, int size, Runnable route) {
        if (segments.size() == size) {
            route.run();
        } else {
            noSuchRoute(exchange);
        }
    }

    private static void noSuchRoute(Exchange exchange) {
        exchange.problem(
                ErrorCode.NO_SUCH_ROUTE, "there is no " + exchange.path() + "; /openapi.yaml lists what there is");
    }

    static void methodNotAllowed(Exchange exchange, String allowed) {
        exchange.putHeader(HttpHeader.ALLOW.asString(), allowed);
        exchange.problem(ErrorCode.METHOD_NOT_ALLOWED, exchange.method() + " is not one of " + allowed);
    }
}
