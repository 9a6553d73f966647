package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.http.engine.Origin;
import io.quorate.client.http.route.RingView;
import io.quorate.ring.token.PartitionCount;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the JSON of {@code GET /v1/ring}. */
final class RingViews {
    private RingViews() {}

    /** The ring; empty if that is none that requests can be routed by. */
    static Optional<RingView> read(JsonNode json) {
        try {
            Map<String, Origin> members = new LinkedHashMap<>();
            for (JsonNode node : json.path("nodes")) {
                String http = node.path("http").asText("");
                URI base = URI.create(http.contains("://") ? http : "http://" + http);
                HttpTransportConfig.checkBase(base);
                members.put(node.path("id").asText(""), Origin.of(base));
            }
            List<List<String>> homes = new ArrayList<>();
            for (JsonNode row : json.path("assignment")) {
                List<String> ids = new ArrayList<>();
                row.forEach(id -> ids.add(id.asText("")));
                homes.add(ids);
            }
            PartitionCount partitions =
                    new PartitionCount(json.path("partitions").asInt(0));
            return Optional.of(new RingView(json.path("epoch").asLong(-1), partitions, members, homes));
        } catch (IllegalArgumentException e) {
            // A store of another make or time: contact points serve as well.
            return Optional.empty();
        }
    }
}
