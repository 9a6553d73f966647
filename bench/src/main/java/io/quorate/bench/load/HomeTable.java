package io.quorate.bench.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where each key of one bucket lives, read from the answer of {@code GET /v1/ring}. Immutable. */
final class HomeTable {
    private final List<Endpoint> endpoints;
    private final PartitionCount partitions;
    private final int[][] homes;
    private final String bucket;

    private HomeTable(List<Endpoint> endpoints, PartitionCount partitions, int[][] homes, String bucket) {
        this.endpoints = List.copyOf(endpoints);
        this.partitions = partitions;
        this.homes = homes;
        this.bucket = bucket;
    }

    /**
     * Reads the answer.
     *
     * @throws IllegalArgumentException if the text is no such answer, saying what is wrong with it
     */
    static HomeTable parse(String json, String bucket) {
        JsonNode ring;
        try {
            ring = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the ring is no JSON: " + e.getOriginalMessage(), e);
        }
        Map<String, Integer> places = new LinkedHashMap<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (JsonNode node : ring.path("nodes")) {
            places.put(node.path("id").asText(), endpoints.size());
            endpoints.add(Endpoint.parse(node.path("http").asText()));
        }
        JsonNode assignment = ring.path("assignment");
        PartitionCount partitions = new PartitionCount(assignment.size());
        int[][] homes = new int[assignment.size()][];
        for (int partition = 0; partition < homes.length; partition++) {
            JsonNode row = assignment.get(partition);
            homes[partition] = new int[row.size()];
            for (int i = 0; i < row.size(); i++) {
                Integer place = places.get(row.get(i).asText());
                if (place == null) {
                    throw new IllegalArgumentException(
                            "the ring names no node " + row.get(i).asText() + " of partition " + partition);
                }
                homes[partition][i] = place;
            }
            if (homes[partition].length == 0) {
                throw new IllegalArgumentException("the ring names no home of partition " + partition);
            }
        }
        return new HomeTable(endpoints, partitions, homes, bucket);
    }

    /** All nodes of the ring. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    /** The homes of a key, first choice first, as indexes of {@link #endpoints()}; not to be changed. */
    int[] homesOf(int key) {
        long token = TokenHash.tokenOf(bucket, Bytes.ofUtf8(KeyRequests.KEY_PREFIX + key));
        return homes[partitions.partitionOf(token)];
    }
}
