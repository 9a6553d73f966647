package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a node tells of itself. */
public record NodeReport(
        String id,
        String version,
        String state,
        long uptimeSeconds,
        long epoch,
        String cluster,
        long pid,
        long keys,
        long versions,
        long hints,
        long repairs,
        int inFlight,
        long storageBytes,
        String sync,
        List<String> peersUp) {

    ObjectNode toJson() {
        ObjectNode body = Json.object()
                .put("id", id)
                .put("version", version)
                .put("state", state)
                .put("uptimeSeconds", uptimeSeconds)
                .put("epoch", epoch)
                .put("cluster", cluster)
                .put("pid", pid);
        body.putObject("counts")
                .put("keys", keys)
                .put("versions", versions)
                .put("siblings", versions - keys)
                .put("hints", hints)
                .put("repairs", repairs)
                .put("inFlight", inFlight);
        body.putObject("storage").put("bytes", storageBytes).put("sync", sync);
        ArrayNode peers = body.putArray("peersUp");
        peersUp.forEach(peers::add);
        return body;
    }
}
