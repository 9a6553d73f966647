package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Moments of which one can ask whether all that was kept for others before them has been handed over, in the whole cluster.
 * The id of such a moment names, for each node that could be asked, how far its hints had come; so nobody has to remember it,
 * and any node can answer.
 */
final class SyncPoints {
    private static final long POLL_MILLIS = 100;
    /** How far a node had come that could not be asked. */
    private static final long UNKNOWN = -1;

    private final RingState ring;
    private final OperationRoutes.Node node;

    SyncPoints(RingState ring, OperationRoutes.Node node) {
        this.ring = ring;
        this.node = node;
    }

    void make(Exchange exchange) {
        ask(exchange, reports -> {
            StringBuilder id = new StringBuilder();
            reports.forEach((name, report) -> id.append(id.isEmpty() ? "" : ",")
                    .append(name)
                    .append('=')
                    .append(report.path("head").asLong()));
            ring.membership().ids().stream()
                    .filter(name -> !reports.containsKey(name.value()))
                    .forEach(name -> id.append(id.isEmpty() ? "" : ",")
                            .append(name.value())
                            .append('=')
                            .append(UNKNOWN));
            String text = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(id.toString().getBytes(StandardCharsets.UTF_8));
            ObjectNode body = Json.object().put("id", text);
            unreachable(reports, body);
            exchange.json(201, body);
        });
    }

    /** Answers once everything before that moment has been handed over, or when the time is over. */
    void await(Exchange exchange, String id, long timeoutNanos) {
        Map<String, Long> heads = heads(id);
        poll(exchange, heads, node.nanos() + timeoutNanos);
    }

    private static Map<String, Long> heads(String id) {
        Map<String, Long> heads = new TreeMap<>();
        try {
            String text = new String(Base64.getUrlDecoder().decode(id), StandardCharsets.UTF_8);
            for (String part : text.split(",", -1)) {
                int equals = part.lastIndexOf('=');
                heads.put(part.substring(0, equals), Long.parseLong(part.substring(equals + 1)));
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new HttpProblem(
                    ErrorCode.BAD_REQUEST, "'" + id + "' is no sync point; make one with POST /v1/hints/sync-point");
        }
        return heads;
    }

    private void poll(Exchange exchange, Map<String, Long> heads, long until) {
        ask(exchange, reports -> {
            ObjectNode body = Json.object();
            ArrayNode left = body.putArray("left");
            heads.forEach((name, head) -> {
                ObjectNode report = reports.get(name);
                if (report == null) {
                    left.addObject().put("node", name).put("reason", "unreachable");
                } else if (report.path("oldest").asLong() < (head == UNKNOWN ? Long.MAX_VALUE : head)) {
                    // Of a node that could not be asked then, whatever it keeps may be older.
                    ObjectNode line = left.addObject().put("node", name);
                    line.set("targets", report.path("targets"));
                }
            });
            if (left.isEmpty()) {
                exchange.json(200, body.put("delivered", true));
            } else if (node.nanos() - until >= 0) {
                exchange.json(408, body.put("delivered", false));
            } else {
                CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(() -> poll(exchange, heads, until));
            }
        });
    }

    private void unreachable(Map<String, ObjectNode> reports, ObjectNode body) {
        ArrayNode missing = body.putArray("unreachable");
        ring.membership().ids().stream()
                .map(NodeId::value)
                .filter(name -> !reports.containsKey(name))
                .forEach(missing::add);
    }

    /** Calls back with the reports of all nodes that can be asked. */
    private void ask(Exchange exchange, Consumer<Map<String, ObjectNode>> then) {
        Map<String, ObjectNode> reports = new TreeMap<>();
        CompletableFuture<?>[] asked = ring.membership().members().stream()
                .map(member -> report(member).handle((report, failure) -> {
                    if (failure == null) {
                        synchronized (reports) {
                            reports.put(member.id().value(), report);
                        }
                    }
                    return null;
                }))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new);
        CompletionStage<Void> all = CompletableFuture.allOf(asked);
        all.whenComplete((done, failure) -> Router.guardAnswer(exchange, () -> then.accept(reports)));
    }

    private CompletionStage<ObjectNode> report(Member member) {
        if (member.id().equals(node.id())) {
            return node.hints().thenApply(report -> io.quorate.node.json.HintJson.write(report, node.wallMillis()));
        }
        return node.view().up().containsKey(member.id())
                ? node.peerHints(member)
                : CompletableFuture.failedFuture(new IllegalStateException("not reachable"));
    }
}
