package io.quorate.node.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.util.Map;

/** The ring as one node sees it. */
public final class RingJson {
    private RingJson() {}

    /**
     * Renders it.
     *
     * @param self the node that is asked, and {@code state} its own
     * @param up the peers that it can talk to
     */
    public static ObjectNode write(RingState ring, NodeId self, String state, Map<NodeId, PeerInfo> up) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("epoch", ring.epoch());
        body.put("partitions", ring.partitions().value());
        body.put("replicas", ring.table().replicas());
        ArrayNode nodes = body.putArray("nodes");
        for (Member member : ring.membership().members()) {
            PeerInfo peer = up.get(member.id());
            String seen = peer == null ? "unreachable" : peer.catchingUp() ? "catching-up" : "serving";
            nodes.addObject()
                    .put("id", member.id().value())
                    .put("http", member.http())
                    .put("dc", member.dc())
                    .put("zone", member.zone())
                    .put("state", member.id().equals(self) ? state : seen)
                    .put("capacity", member.capacity());
        }
        ArrayNode assignment = body.putArray("assignment");
        ring.table().rows().forEach(row -> {
            ArrayNode homes = assignment.addArray();
            row.forEach(home -> homes.add(home.value()));
        });
        return body;
    }
}
