package io.quorate.node.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.ring.topology.NodeId;
import java.util.List;

/** How a node's part in a group stands, as JSON. */
public final class GroupJson {
    private GroupJson() {}

    /** The groups that an operator has to look into. */
    public static ArrayNode alarms(List<GroupReport> reports) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (GroupReport report : reports) {
            if (report.trouble() != null) {
                all.addObject().put("partition", report.partition()).put("alarm", report.trouble());
            }
        }
        return all;
    }

    public static ObjectNode write(GroupReport report) {
        NodeId leader = report.leader();
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("partition", report.partition())
                .put("role", report.role())
                .put("leader", leader == null ? null : leader.value())
                .put("term", report.term())
                .put("commit", report.commit())
                .put("applied", report.applied())
                .put("lagMs", report.lagMillis())
                .put("keys", report.keys());
        if (report.halted() != null) {
            body.put("halted", report.halted());
        }
        if (report.alarm() != null) {
            body.put("alarm", report.alarm());
        }
        ArrayNode members = body.putArray("members");
        for (GroupReport.Member member : report.members()) {
            members.addObject()
                    .put("node", member.node().value())
                    .put("kind", member.kind())
                    .put("match", member.match())
                    .put("lagEntries", member.lagEntries())
                    .put("lagMs", member.lagMillis());
        }
        return body;
    }
}
