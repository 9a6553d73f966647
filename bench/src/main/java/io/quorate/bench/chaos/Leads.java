package io.quorate.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.bench.local.NodeHttp;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Who leads the groups of leader buckets, as the nodes themselves say. Nodes are counted from 0. */
public final class Leads {
    private static final String LEADER = "leader";

    private final List<URI> urls;
    private final NodeHttp http = new NodeHttp();

    /** A group, and the node that says that it leads it. */
    private record Lead(int partition, int node, long term, long commit) {}

    /** Asks these nodes. */
    public Leads(List<URI> urls) {
        this.urls = urls;
    }

    private List<Lead> now() throws InterruptedException {
        List<Lead> leads = new ArrayList<>();
        for (int node = 0; node < urls.size(); node++) {
            leads.addAll(heldNow(node));
        }
        return leads;
    }

    /** One that does not answer leads nothing that could be asked for. */
    private List<Lead> heldNow(int node) throws InterruptedException {
        try {
            return told(node);
        } catch (IOException e) {
            return List.of();
        }
    }

    private List<Lead> told(int node) throws IOException, InterruptedException {
        List<Lead> leads = new ArrayList<>();
        for (JsonNode group : groups(node)) {
            if (group.path("role").asText().equals(LEADER)) {
                leads.add(new Lead(
                        group.path("partition").asInt(),
                        node,
                        group.path("term").asLong(),
                        group.path("commit").asLong()));
            }
        }
        return leads;
    }

    /** Of each group that one of the nodes leads, up to where it is committed; fails if one of them does not answer. */
    public Map<Integer, Long> commits() throws IOException, InterruptedException {
        Map<Integer, Long> commits = new HashMap<>();
        for (int node = 0; node < urls.size(); node++) {
            told(node).forEach(lead -> commits.merge(lead.partition(), lead.commit(), Math::max));
        }
        return commits;
    }

    private JsonNode groups(int node) throws IOException, InterruptedException {
        return http.get(urls.get(node), "/v1/groups").path("groups");
    }

    /** The node that leads the group with the longest log; empty if nobody leads. */
    OptionalInt ofTheBusiest() throws InterruptedException {
        return node(now(), Comparator.comparingLong(Lead::commit));
    }

    /** The node that leads the group of a partition; empty if none does. Two may think so: then it is the later. */
    OptionalInt of(int partition) throws InterruptedException {
        return node(
                now().stream().filter(lead -> lead.partition() == partition).toList(),
                Comparator.comparingLong(Lead::term));
    }

    private static OptionalInt node(List<Lead> leads, Comparator<Lead> order) {
        return leads.stream()
                .max(order)
                .map(lead -> OptionalInt.of(lead.node()))
                .orElse(OptionalInt.empty());
    }

    /** How many groups a node leads. */
    long heldBy(int node) throws InterruptedException {
        return heldNow(node).size();
    }

    /** Whether all nodes answer, and every member of every group knows its leader. */
    boolean areKnown() throws InterruptedException {
        try {
            JsonNode ring = http.get(urls.get(0), "/v1/ring");
            int members =
                    ring.path("partitions").asInt() * ring.path("replicas").asInt();
            for (int node = 0; node < urls.size(); node++) {
                for (JsonNode group : groups(node)) {
                    if (!group.path(LEADER).isTextual()) {
                        return false;
                    }
                    members--;
                }
            }
            return members == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
