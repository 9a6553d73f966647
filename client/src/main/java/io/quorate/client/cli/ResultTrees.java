package io.quorate.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.WriteResult;
import java.time.Instant;
import java.util.Base64;

/** Results as JSON, with the field names of the HTTP contract. */
final class ResultTrees {
    private ResultTrees() {}

    static ObjectNode of(ReadResult result) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("context", result.context().token());
        ArrayNode siblings = tree.putArray("siblings");
        for (Sibling sibling : result.siblings()) {
            siblings.addObject()
                    .put("dot", sibling.dot())
                    .put("contentType", sibling.contentType())
                    .put("size", sibling.value().length())
                    .put("written", sibling.written().toString())
                    .put(
                            "value",
                            Base64.getEncoder().encodeToString(sibling.value().unsafeArray()));
        }
        tree.set("result", of(result.info()));
        return tree;
    }

    static ObjectNode of(WriteResult result) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("context", result.context().token());
        tree.set("result", of(result.info()));
        return tree;
    }

    static ObjectNode of(LeaderRead result, String session) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        result.version().ifPresent(version -> tree.put("version", version.text()));
        ArrayNode siblings = tree.putArray("siblings");
        result.value()
                .ifPresent(value -> siblings.addObject()
                        .put("contentType", value.contentType())
                        .put("size", value.data().length())
                        .put("written", result.written().map(Instant::toString).orElse(""))
                        .put(
                                "value",
                                Base64.getEncoder().encodeToString(value.data().unsafeArray())));
        return of(tree, result.info(), session);
    }

    static ObjectNode of(LeaderWrite result, String session) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("version", result.version().text());
        return of(tree, result.info(), session);
    }

    private static ObjectNode of(ObjectNode tree, LeaderInfo info, String session) {
        tree.put("session", session);
        ObjectNode result = tree.putObject("result").put("mode", "leader").put("role", info.role());
        info.leader().ifPresent(leader -> result.put("leader", leader));
        put(result, "term", info.term());
        put(result, "index", info.index());
        result.put("level", info.level()).put("lag-ms", info.lagMillis());
        put(result, "epoch", info.epoch());
        return tree;
    }

    static ObjectNode of(BucketInfo bucket) {
        BucketDefinition definition = bucket.definition();
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("name", bucket.name());
        tree.put("mode", definition.mode().text());
        definition.n().ifPresent(n -> tree.put("n", n));
        definition.read().ifPresent(read -> tree.put("read", read));
        definition.write().ifPresent(write -> tree.put("write", write));
        definition.sloppy().ifPresent(sloppy -> tree.put("sloppy", sloppy));
        definition.conflicts().ifPresent(conflicts -> tree.put("conflicts", conflicts.text()));
        definition.readRepair().ifPresent(repair -> tree.put("readRepair", repair.text()));
        definition.maxSiblings().ifPresent(max -> tree.put("maxSiblings", max));
        return tree;
    }

    /** Numbers that the store did not state are left out. */
    private static ObjectNode of(ResultInfo info) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("mode", info.mode());
        info.level().ifPresent(level -> tree.put("level", level));
        put(tree, "need", info.need());
        put(tree, "acked", info.acked());
        put(tree, "homes", info.homes());
        put(tree, "hinted", info.hinted());
        put(tree, "repaired", info.repaired());
        put(tree, "siblings", info.siblings());
        put(tree, "epoch", info.epoch());
        return tree;
    }

    private static void put(ObjectNode tree, String name, long value) {
        if (value >= 0) {
            tree.put(name, value);
        }
    }
}
