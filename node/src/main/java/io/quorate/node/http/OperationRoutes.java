package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.actor.NodeView;
import io.quorate.node.json.ExchangeJson;
import io.quorate.node.json.HintJson;
import io.quorate.node.json.RingJson;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.shard.ExchangeReport;
import io.quorate.node.protocol.shard.HintReport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What operators and other programs ask of a node. */
final class OperationRoutes {
    private final RingState ring;
    private final Node node;
    private final byte[] openApi;
    private final SyncPoints syncPoints;
    private final ClusterHealth health;

    /** What these routes need of their node. */
    interface Node {
        NodeId id();

        NodeView view();

        /** {@code starting serving leaving catching-up}, or {@code failed}. */
        String state();

        /** Whether it serves all it can serve by now. */
        boolean isReady();

        CompletionStage<NodeReport> report();

        /** The report of a peer that is up, as JSON; completes with a failure if it cannot be had. */
        CompletionStage<ObjectNode> peerReport(Member peer);

        String metrics();

        /** How far the replicas of this node are known to be equal to those of the other homes. */
        CompletionStage<ExchangeReport> exchanges();

        /** This node's clocks. */
        long wallMillis();

        long nanos();

        /** What this node keeps for others. */
        CompletionStage<HintReport> hints();

        /** The same of a peer that is up; completes with a failure if it cannot be had. */
        CompletionStage<ObjectNode> peerHints(Member peer);

        /** How this node's groups stand now. */
        CompletionStage<List<GroupReport>> groups();

        /** The same of a peer that is up; completes with a failure if it cannot be had. */
        CompletionStage<ObjectNode> peerGroups(Member peer);

        /** How this node's groups stood about a second ago. */
        List<GroupReport> groupsLately();

        /** Has them compared as soon as there is time, and tells how they stand. */
        CompletionStage<ExchangeReport> compareAll();
    }

    OperationRoutes(RingState ring, Node node) {
        this.ring = ring;
        this.node = node;
        this.openApi = resource("/openapi.yaml");
        this.syncPoints = new SyncPoints(ring, node);
        this.health = new ClusterHealth(ring, node);
    }

    private static byte[] resource(String name) {
        try (InputStream in = OperationRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean onlyGet(Exchange exchange) {
        if (!exchange.isRead()) {
            Router.methodNotAllowed(exchange, "GET, HEAD");
            return false;
        }
        new Query(exchange.query(), Set.of()).get("");
        return true;
    }

    void ring(Exchange exchange) {
        if (!onlyGet(exchange)) {
            return;
        }
        String etag = "\"" + ring.epoch() + "\"";
        exchange.putHeader("ETag", etag);
        String known = exchange.header("If-None-Match");
        if (known != null && (known.equals("*") || Exchange.tags(known).contains(etag))) {
            exchange.empty(304);
            return;
        }
        exchange.json(
                200, RingJson.write(ring, node.id(), node.state(), node.view().up()));
    }

    void self(Exchange exchange) {
        if (onlyGet(exchange)) {
            node.report().whenComplete((report, failure) -> {
                if (failure == null) {
                    exchange.json(200, report.toJson());
                } else {
                    exchange.problem(ErrorCode.INTERNAL, "the node could not be asked: " + failure.getMessage());
                }
            });
        }
    }

    void nodes(Exchange exchange) {
        if (!onlyGet(exchange)) {
            return;
        }
        List<Member> members = ring.membership().members();
        AtomicReferenceArray<@Nullable ObjectNode> reports = new AtomicReferenceArray<>(members.size());
        AtomicInteger missing = new AtomicInteger(members.size());
        for (int i = 0; i < members.size(); i++) {
            int index = i;
            Member member = members.get(i);
            CompletionStage<ObjectNode> asked;
            if (member.id().equals(node.id())) {
                asked = node.report().thenApply(NodeReport::toJson);
            } else if (node.view().up().containsKey(member.id())) {
                asked = node.peerReport(member);
            } else {
                asked = CompletableFuture.failedFuture(new IllegalStateException("not reachable"));
            }
            asked.whenComplete((report, failure) -> {
                reports.set(index, failure == null ? report : null);
                if (missing.decrementAndGet() == 0) {
                    exchange.json(200, nodes(members, reports));
                }
            });
        }
    }

    private static ObjectNode nodes(List<Member> members, AtomicReferenceArray<@Nullable ObjectNode> reports) {
        ObjectNode body = Json.object();
        ArrayNode found = body.putArray("nodes");
        ArrayNode unreachable = body.putArray("unreachable");
        for (int i = 0; i < members.size(); i++) {
            ObjectNode report = reports.get(i);
            if (report != null) {
                found.add(report);
            } else {
                unreachable.add(members.get(i).id().value());
            }
        }
        return body;
    }

    void antiEntropy(Exchange exchange) {
        if (onlyGet(exchange)) {
            answer(exchange, 200, node.exchanges());
        }
    }

    void runAntiEntropy(Exchange exchange) {
        if (!exchange.method().equals("POST")) {
            Router.methodNotAllowed(exchange, "POST");
            return;
        }
        new Query(exchange.query(), Set.of()).get("");
        answer(exchange, 202, node.compareAll());
    }

    void makeSyncPoint(Exchange exchange) {
        if (!exchange.method().equals("POST")) {
            Router.methodNotAllowed(exchange, "POST");
            return;
        }
        new Query(exchange.query(), Set.of()).get("");
        syncPoints.make(exchange);
    }

    void awaitSyncPoint(Exchange exchange, String id) {
        if (!exchange.isRead()) {
            Router.methodNotAllowed(exchange, "GET, HEAD");
            return;
        }
        syncPoints.await(exchange, id, new Query(exchange.query(), Set.of("timeout")).timeoutNanos());
    }

    void hints(Exchange exchange) {
        if (onlyGet(exchange)) {
            node.hints().whenComplete((report, failure) -> {
                if (failure == null) {
                    exchange.json(200, HintJson.write(report, node.wallMillis()));
                } else {
                    exchange.problem(ErrorCode.INTERNAL, "the node could not be asked: " + failure.getMessage());
                }
            });
        }
    }

    private static void answer(Exchange exchange, int status, CompletionStage<ExchangeReport> asked) {
        asked.whenComplete((report, failure) -> {
            if (failure == null) {
                exchange.json(status, ExchangeJson.write(report));
            } else {
                exchange.problem(ErrorCode.INTERNAL, "the node could not be asked: " + failure.getMessage());
            }
        });
    }

    /** Failing means that only a new start helps. */
    void live(Exchange exchange) {
        health(exchange, !node.state().equals("failed"), "the node has failed; start it again");
    }

    void startup(Exchange exchange) {
        String state = node.state();
        health(exchange, !state.equals("starting") && !state.equals("failed"), "the node is " + state);
    }

    void ready(Exchange exchange) {
        health(exchange, node.isReady(), "the node is " + node.state());
    }

    private void health(Exchange exchange, boolean good, String reason) {
        if (onlyGet(exchange)) {
            ObjectNode body =
                    Json.object().put("status", good ? "ok" : "unavailable").put("state", node.state());
            exchange.json(good ? 200 : 503, good ? body : body.put("reason", reason));
        }
    }

    void clusterHealth(Exchange exchange) {
        if (onlyGet(exchange)) {
            health.answer(exchange);
        }
    }

    void metrics(Exchange exchange) {
        if (onlyGet(exchange)) {
            exchange.text(200, "text/plain; version=0.0.4; charset=utf-8", node.metrics());
        }
    }

    void openApi(Exchange exchange) {
        if (onlyGet(exchange)) {
            exchange.bytes(200, "application/yaml", Bytes.wrap(openApi));
        }
    }
}
