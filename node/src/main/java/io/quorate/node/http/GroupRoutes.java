package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.actor.GroupTable;
import io.quorate.node.json.GroupJson;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/groups}: this node's part in the groups of leader buckets. */
final class GroupRoutes {
    private final RingState ring;
    private final Groups groups;

    /** What these routes need of their node. */
    public interface Groups {
        /** How the node's groups stand now, in the order of their partitions. */
        CompletionStage<List<GroupReport>> groups();

        /** Has the group of a partition hand over its lead, if this node leads it. */
        CompletionStage<GroupTable.Transfer> transfer(int partition, NodeId to);
    }

    GroupRoutes(RingState ring, Groups groups) {
        this.ring = ring;
        this.groups = groups;
    }

    void all(Exchange exchange) {
        if (!exchange.isRead()) {
            Router.methodNotAllowed(exchange, "GET, HEAD");
            return;
        }
        Query query = new Query(exchange.query(), Set.of());
        query.get("");
        groups.groups()
                .whenComplete((reports, failure) -> Router.guardAnswer(exchange, () -> {
                    if (failure != null) {
                        exchange.problem(ErrorCode.INTERNAL, "the groups did not answer: " + failure.getMessage());
                        return;
                    }
                    ObjectNode body = Json.object();
                    ArrayNode all = body.putArray("groups");
                    reports.forEach(report -> all.add(GroupJson.write(report)));
                    exchange.json(200, body);
                }));
    }

    void transfer(Exchange exchange, String partition) {
        if (!exchange.method().equals("POST")) {
            Router.methodNotAllowed(exchange, "POST");
            return;
        }
        Query query = new Query(exchange.query(), Set.of("to"));
        int number = number(partition);
        NodeId to = target(query.get("to"), number);
        groups.transfer(number, to)
                .whenComplete((transfer, failure) -> Router.guardAnswer(exchange, () -> {
                    if (failure != null) {
                        exchange.problem(ErrorCode.INTERNAL, "the group did not answer: " + failure.getMessage());
                        return;
                    }
                    switch (transfer) {
                        case BEGUN ->
                            exchange.json(
                                    202, Json.object().put("partition", number).put("to", to.value()));
                        case NOT_LEADING ->
                            exchange.problem(
                                    ErrorCode.NO_LEADER,
                                    "this node does not lead the group of partition " + number
                                            + "; ask the leader, which GET /v1/groups names");
                        case STARTING ->
                            exchange.problem(
                                    ErrorCode.NO_LEADER,
                                    "this node's part in the group of partition " + number
                                            + " is starting and leads nothing yet; GET /v1/groups of another home names"
                                            + " the leader");
                        case NO_ANSWER ->
                            exchange.problem(
                                    Refused.of(
                                            ErrorCode.TIMEOUT,
                                            Outcome.MAYBE_APPLIED,
                                            "the group of partition " + number
                                                    + " has not answered in time, and may hand"
                                                    + " over its lead yet; GET /v1/groups names the leader"),
                                    "",
                                    0,
                                    number);
                        case NO_SUCH_GROUP ->
                            exchange.problem(ErrorCode.NO_SUCH_ROUTE, "this node has no group of partition " + number);
                    }
                }));
    }

    private int number(String text) {
        int count = ring.partitions().value();
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number < count) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        throw new HttpProblem(
                ErrorCode.BAD_REQUEST, "'" + text + "' is no partition; they go from 0 to " + (count - 1));
    }

    private NodeId target(@Nullable String text, int partition) {
        List<NodeId> homes = ring.table().homes(partition);
        if (text != null && NodeId.isValid(text) && homes.contains(NodeId.of(text))) {
            return NodeId.of(text);
        }
        throw new HttpProblem(
                ErrorCode.BAD_REQUEST,
                (text == null ? "to is missing" : "to=" + text + " is no home of partition " + partition)
                        + "; give one of its homes " + homes);
    }
}
