package io.quorate.node.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.node.transport.FaultBoard;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/faults}: cuts, delays and stops, for tests and lessons. */
final class FaultRoutes {
    private static final int DELAY_MAX_MILLIS = 60_000;

    private final NodeId self;
    private final @Nullable FaultControl control;
    private final Bodies bodies;

    /** {@code control} is null where faults are switched off. */
    FaultRoutes(NodeId self, @Nullable FaultControl control, Bodies bodies) {
        this.self = self;
        this.control = control;
        this.bodies = bodies;
    }

    void handle(Exchange exchange) {
        FaultControl faults = control;
        if (faults == null) {
            throw new HttpProblem(ErrorCode.NO_SUCH_ROUTE, "fault injection is off at this node; it is on in the demo");
        }
        new Query(exchange.query(), Set.of()).get("");
        switch (exchange.method()) {
            case "GET", "HEAD" -> exchange.json(200, list(faults, Set.of()));
            case "DELETE" -> {
                faults.board().clear();
                exchange.json(200, list(faults, Set.of()));
            }
            case "POST" -> bodies.read(exchange, false, body -> post(exchange, faults, body.unsafeArray()));
            default -> Router.methodNotAllowed(exchange, "GET, HEAD, POST, DELETE");
        }
    }

    private void post(Exchange exchange, FaultControl faults, byte[] body) {
        ObjectNode json = Json.readObject(body);
        if (json.isEmpty()) {
            throw wrong("the body names no fault");
        }
        List<Runnable> links = new ArrayList<>();
        List<Map.Entry<Action, NodeId>> actions = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "isolate" -> {
                    Set<NodeId> nodes = nodes(faults, value, "isolate");
                    links.add(() -> faults.board().isolate(nodes));
                }
                case "cut" -> {
                    List<Set<NodeId>> groups = groups(faults, value);
                    links.add(() -> faults.board().partition(groups));
                }
                case "cut-one-way" -> {
                    fields(value, "cut-one-way", Set.of("from", "to"));
                    Set<NodeId> from = nodes(faults, value.path("from"), "cut-one-way.from");
                    Set<NodeId> to = nodes(faults, value.path("to"), "cut-one-way.to");
                    links.add(() -> faults.board().cut(from, to, false));
                }
                case "delay" -> {
                    fields(value, "delay", Set.of("node", "ms"));
                    NodeId node = node(faults, value.path("node"), "delay.node");
                    int millis = millis(value.path("ms"));
                    links.add(() -> faults.board().delay(node, millis));
                }
                case "stop", "kill", "start", "wipe" -> {
                    Action action = Action.valueOf(field.getKey().toUpperCase(Locale.ROOT));
                    actions.add(Map.entry(action, node(faults, value, field.getKey())));
                }
                default ->
                    throw wrong("'" + field.getKey() + "' is no fault; the faults are isolate, cut, cut-one-way,"
                            + " delay, stop, kill, start, wipe");
            }
        }
        if (!actions.isEmpty() && !faults.hostsNodes()) {
            throw new HttpProblem(
                    ErrorCode.NOT_IMPLEMENTED,
                    "this node is a process of its own: stop, kill, start and wipe it from outside");
        }
        links.forEach(Runnable::run);
        // This node cannot answer once it is down: what ends it comes last, right after the answer.
        List<Action> own = new ArrayList<>();
        CompletionStage<Void> done = CompletableFuture.completedFuture(null);
        for (Map.Entry<Action, NodeId> action : actions) {
            if (action.getValue().equals(self) && action.getKey() != Action.START) {
                own.add(action.getKey());
            } else {
                done = done.thenCompose(nothing -> faults.act(action.getKey(), action.getValue()));
            }
        }
        done.whenComplete((nothing, failure) -> {
            if (failure == null && own.isEmpty()) {
                exchange.json(200, list(faults, Set.of()));
            } else if (failure == null) {
                Set<NodeId> down = own.contains(Action.WIPE) ? Set.of() : Set.of(self);
                exchange.json(200, list(faults, down), () -> own.forEach(action -> faults.act(action, self)));
            } else {
                exchange.problem(ErrorCode.INTERNAL, "the fault could not be brought about: " + reason(failure));
            }
        });
    }

    private static @Nullable String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause.getMessage() : failure.getMessage();
    }

    private static ObjectNode list(FaultControl faults, Set<NodeId> going) {
        FaultBoard.State state = faults.board().state();
        ObjectNode body = Json.object();
        ArrayNode isolated = body.putArray("isolated");
        state.isolated().forEach(node -> isolated.add(node.value()));
        ArrayNode cuts = body.putArray("cuts");
        state.cuts()
                .forEach(cut -> cuts.addObject()
                        .put("from", cut.from().value())
                        .put("to", cut.to().value()));
        ArrayNode delays = body.putArray("delays");
        state.delayMillis()
                .forEach((node, ms) ->
                        delays.addObject().put("node", node.value()).put("ms", ms));
        ArrayNode stopped = body.putArray("stopped");
        Set<NodeId> down = new TreeSet<>(faults.stopped());
        down.addAll(going);
        down.forEach(node -> stopped.add(node.value()));
        return body;
    }

    private static void fields(JsonNode value, String fault, Set<String> known) {
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            if (!known.contains(field.getKey())) {
                throw wrong(fault + "." + field.getKey() + " is unknown; its fields are " + new TreeSet<>(known));
            }
        }
    }

    private static int millis(JsonNode value) {
        if (!value.isIntegralNumber() || value.asLong() < 0 || value.asLong() > DELAY_MAX_MILLIS) {
            throw wrong("delay.ms must be a whole number from 0 to " + DELAY_MAX_MILLIS);
        }
        return value.asInt();
    }

    private static List<Set<NodeId>> groups(FaultControl faults, JsonNode value) {
        if (!value.isArray() || value.size() < 2) {
            throw wrong("cut must be a list of at least two lists of nodes");
        }
        List<Set<NodeId>> groups = new ArrayList<>();
        value.forEach(group -> groups.add(nodes(faults, group, "cut")));
        return groups;
    }

    private static Set<NodeId> nodes(FaultControl faults, JsonNode value, String field) {
        if (!value.isArray() || value.isEmpty()) {
            throw wrong(field + " must be a list of nodes");
        }
        Set<NodeId> nodes = new LinkedHashSet<>();
        value.forEach(node -> nodes.add(node(faults, node, field)));
        return nodes;
    }

    private static NodeId node(FaultControl faults, JsonNode value, String field) {
        if (!value.isTextual() || !NodeId.isValid(value.asText())) {
            throw wrong(field + " must name a node");
        }
        NodeId node = NodeId.of(value.asText());
        if (!faults.nodes().contains(node)) {
            throw wrong(field + ": there is no node " + node + "; the nodes are " + faults.nodes());
        }
        return node;
    }

    private static HttpProblem wrong(String detail) {
        return new HttpProblem(ErrorCode.BAD_REQUEST, detail);
    }
}
