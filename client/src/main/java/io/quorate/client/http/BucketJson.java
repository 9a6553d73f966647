package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.bucket.Conflicts;
import io.quorate.client.bucket.ReadRepair;
import io.quorate.client.bucket.ReplicationMode;
import io.quorate.ring.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Bucket definitions in JSON; fields that are not known are passed over. */
final class BucketJson {
    private BucketJson() {}

    static Bytes write(BucketDefinition definition) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("mode", definition.mode().text());
        definition.n().ifPresent(n -> json.put("n", n));
        definition.read().ifPresent(read -> json.put("read", read));
        definition.write().ifPresent(write -> json.put("write", write));
        definition.sloppy().ifPresent(sloppy -> json.put("sloppy", sloppy));
        definition.conflicts().ifPresent(conflicts -> json.put("conflicts", conflicts.text()));
        definition.readRepair().ifPresent(repair -> json.put("readRepair", repair.text()));
        definition.maxSiblings().ifPresent(max -> json.put("maxSiblings", max));
        return Json.write(json);
    }

    /**
     * Reads one bucket.
     *
     * @param nameIfAbsent used if the JSON does not name it
     * @throws IllegalArgumentException saying what is wrong
     */
    static BucketInfo read(JsonNode json, String nameIfAbsent) {
        BucketDefinition definition = BucketDefinition.of(
                constant(ReplicationMode.class, json.path("mode").asText("")));
        if (json.path("n").isInt()) {
            definition = definition.withReplicas(json.path("n").intValue());
        }
        if (json.path("read").isTextual()) {
            definition = definition.withRead(json.path("read").textValue());
        }
        if (json.path("write").isTextual()) {
            definition = definition.withWrite(json.path("write").textValue());
        }
        if (json.path("sloppy").isBoolean()) {
            definition = definition.withSloppy(json.path("sloppy").booleanValue());
        }
        if (json.path("conflicts").isTextual()) {
            definition = definition.withConflicts(
                    constant(Conflicts.class, json.path("conflicts").textValue()));
        }
        if (json.path("readRepair").isTextual()) {
            definition = definition.withReadRepair(
                    constant(ReadRepair.class, json.path("readRepair").textValue()));
        }
        if (json.path("maxSiblings").isInt()) {
            definition = definition.withMaxSiblings(json.path("maxSiblings").intValue());
        }
        return new BucketInfo(json.path("name").asText(nameIfAbsent), definition);
    }

    /**
     * Reads a list of buckets: an array, bare or as the member {@code buckets} of an object.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static List<BucketInfo> readList(JsonNode json) {
        JsonNode array = json.isArray() ? json : json.path("buckets");
        if (!array.isArray()) {
            throw new IllegalArgumentException("the answer has no list of buckets");
        }
        List<BucketInfo> buckets = new ArrayList<>();
        for (JsonNode bucket : array) {
            buckets.add(read(bucket, ""));
        }
        return buckets;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a bucket of the unknown kind '" + text + "'", e);
        }
    }
}
