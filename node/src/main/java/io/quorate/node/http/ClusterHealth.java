package io.quorate.node.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.json.GroupJson;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How the cluster looks from one node, for people. Whether a group has a leader is asked of its members: of this node first,
 * and of those that are up where this node cannot tell. Who does not answer in time is done without.
 */
final class ClusterHealth {
    private final RingState ring;
    private final OperationRoutes.Node node;

    ClusterHealth(RingState ring, OperationRoutes.Node node) {
        this.ring = ring;
        this.node = node;
    }

    void answer(Exchange exchange) {
        Set<NodeId> up = new HashSet<>(node.view().up().keySet());
        up.add(node.id());
        // Always 200, so that no orchestrator restarts a healthy node because of others.
        led(up).thenAccept(led -> Router.guardAnswer(exchange, () -> exchange.json(200, body(up, led))));
    }

    private ObjectNode body(Set<NodeId> up, BitSet led) {
        int partitions = ring.partitions().value();
        int below = 0;
        for (List<NodeId> homes : ring.table().rows()) {
            long reachable = homes.stream().filter(up::contains).count();
            below += reachable < homes.size() / 2 + 1 ? 1 : 0;
        }
        ArrayNode alarms = GroupJson.alarms(node.groupsLately());
        boolean good = up.size() == ring.membership().size() && led.cardinality() == partitions && alarms.isEmpty();
        ObjectNode body = Json.object()
                .put("status", good ? "ok" : "degraded")
                .put("partitionsBelowQuorum", below)
                .put("partitions", partitions);
        ArrayNode down = body.putArray("down");
        ring.membership().ids().stream().filter(id -> !up.contains(id)).forEach(id -> down.add(id.value()));
        ArrayNode leaderless = body.putArray("groupsWithoutLeader");
        for (int partition = led.nextClearBit(0); partition < partitions; partition = led.nextClearBit(partition + 1)) {
            leaderless.add(partition);
        }
        body.set("groupAlarms", alarms);
        return body;
    }

    /** The partitions whose groups have a leader that is up; all of them where there are no groups. */
    private CompletionStage<BitSet> led(Set<NodeId> up) {
        int partitions = ring.partitions().value();
        BitSet led = new BitSet(partitions);
        boolean groups = node.view().buckets().values().stream()
                .anyMatch(entry -> entry.definition().isLed());
        if (!groups) {
            led.set(0, partitions);
            return CompletableFuture.completedFuture(led);
        }
        return node.groups()
                .handle((reports, failure) -> failure == null ? reports : List.<GroupReport>of())
                .thenCompose(reports -> {
                    for (GroupReport report : reports) {
                        NodeId leader = report.leader();
                        if (leader != null && report.isLed() && up.contains(leader)) {
                            led.set(report.partition());
                        }
                    }
                    return led.cardinality() == partitions ? CompletableFuture.completedFuture(led) : others(up, led);
                });
    }

    /** Adds what the others know. */
    private CompletionStage<BitSet> others(Set<NodeId> up, BitSet led) {
        CompletionStage<BitSet> all = CompletableFuture.completedFuture(led);
        for (Member member : ring.membership().members()) {
            if (!member.id().equals(node.id()) && up.contains(member.id())) {
                CompletionStage<BitSet> told = node.peerGroups(member)
                        .handle((report, failure) -> failure == null ? led(up, report) : new BitSet());
                all = all.thenCombine(told, (one, more) -> {
                    one.or(more);
                    return one;
                });
            }
        }
        return all;
    }

    private static BitSet led(Set<NodeId> up, ObjectNode report) {
        BitSet led = new BitSet();
        for (JsonNode group : report.path("groups")) {
            String leader = group.path("leader").asText("");
            if (!group.has("halted") && NodeId.isValid(leader) && up.contains(NodeId.of(leader))) {
                led.set(group.path("partition").asInt());
            }
        }
        return led;
    }
}
