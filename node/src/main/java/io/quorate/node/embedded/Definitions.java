package io.quorate.node.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.bucket.Conflicts;
import io.quorate.client.bucket.ReadRepair;
import io.quorate.node.protocol.bucket.BucketDefinition;

/** Bucket definitions as the client has them and as the node has them. */
final class Definitions {
    private Definitions() {}

    /** The body of the request that defines the bucket, so that every way in is checked by the same rules. */
    static ObjectNode toJson(io.quorate.client.bucket.BucketDefinition definition) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("mode", definition.mode().text());
        definition.n().ifPresent(n -> json.put("n", n));
        definition.read().ifPresent(read -> json.put("read", read));
        definition.write().ifPresent(write -> json.put("write", write));
        definition.sloppy().ifPresent(sloppy -> json.put("sloppy", sloppy));
        definition.conflicts().ifPresent(conflicts -> json.put("conflicts", conflicts.text()));
        definition.readRepair().ifPresent(repair -> json.put("readRepair", repair.text()));
        definition.maxSiblings().ifPresent(max -> json.put("maxSiblings", max));
        return json;
    }

    static BucketInfo info(BucketDefinition bucket) {
        return new BucketInfo(bucket.name(), bucket.isLed() ? led(bucket) : leaderless(bucket));
    }

    /** All else belongs to the other mode. */
    private static io.quorate.client.bucket.BucketDefinition led(BucketDefinition bucket) {
        return io.quorate.client.bucket.BucketDefinition.leader()
                .withReplicas(bucket.n())
                .withLevels(
                        bucket.ledLevels().read().name(),
                        bucket.ledLevels().write().name());
    }

    private static io.quorate.client.bucket.BucketDefinition leaderless(BucketDefinition bucket) {
        return io.quorate.client.bucket.BucketDefinition.leaderless()
                .withReplicas(bucket.n())
                .withLevels(bucket.read().name(), bucket.write().name())
                .withSloppy(bucket.sloppy())
                .withConflicts(
                        switch (bucket.conflicts()) {
                            case SIBLINGS -> Conflicts.SIBLINGS;
                            case LWW -> Conflicts.LWW;
                        })
                .withReadRepair(
                        switch (bucket.readRepair()) {
                            case BLOCKING -> ReadRepair.BLOCKING;
                            case ASYNC -> ReadRepair.ASYNC;
                            case NONE -> ReadRepair.NONE;
                        })
                .withMaxSiblings(bucket.maxSiblings());
    }
}
