package io.quorate.node.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.protocol.shard.ExchangeReport;
import java.time.Instant;
import java.util.Locale;

/** Anti-entropy as operators are shown it. */
public final class ExchangeJson {
    private ExchangeJson() {}

    public static ObjectNode write(ExchangeReport report) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode pairs = body.putArray("pairs");
        for (ExchangeReport.Pair pair : report.pairs()) {
            ObjectNode line = pairs.addObject()
                    .put("partition", pair.set().partition())
                    .put("n", pair.set().n())
                    .put("peer", pair.peer().value())
                    .put("state", pair.state().name().toLowerCase(Locale.ROOT));
            if (!pair.reason().isEmpty()) {
                line.put("reason", pair.reason());
            }
            if (pair.completedWallMillis() == 0) {
                line.putNull("lastComplete");
            } else {
                line.put(
                        "lastComplete",
                        Instant.ofEpochMilli(pair.completedWallMillis()).toString());
            }
            line.put("keysCompared", pair.keysCompared())
                    .put("keysRepaired", pair.keysRepaired())
                    .put("differingLeaves", pair.differingLeaves())
                    .put("bytes", pair.bytes());
        }
        if (report.oldestAgeMillis() < 0) {
            body.putNull("oldestCompleteAgeMs");
        } else {
            body.put("oldestCompleteAgeMs", report.oldestAgeMillis());
        }
        body.putObject("scrub").put("leavesLooked", report.leavesLooked()).put("leavesDamaged", report.leavesDamaged());
        return body;
    }
}
