package io.quorate.node.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.protocol.shard.HintReport;

/** What a node keeps for others, as operators are shown it. */
public final class HintJson {
    private HintJson() {}

    public static ObjectNode write(HintReport report, long nowMillis) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode targets = body.putArray("targets");
        report.targets()
                .forEach((node, kept) -> targets.addObject()
                        .put("node", node.value())
                        .put("keys", kept.keys())
                        .put("bytes", kept.bytes())
                        .put("oldestAgeMs", kept.keys() == 0 ? 0 : Math.max(0, nowMillis - kept.oldestMillis()))
                        .put("delivered", kept.delivered())
                        .put("dropped", kept.dropped()));
        return body.put("head", report.head()).put("oldest", report.oldest());
    }
}
