package io.quorate.node.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.Explained;
import io.quorate.node.protocol.request.KeyReply.Explanation;
import io.quorate.node.protocol.request.LedVersions;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.placement.PreferenceList;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Version;
import java.util.Locale;

/** Where a key lives and what each of its replicas says of it. */
public final class ExplainJson {
    private ExplainJson() {}

    public static ObjectNode write(RingState ring, KeyAddress address, Explained explained) {
        PreferenceList preference = ring.preference(address.partition());
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("partition", address.partition());
        body.put("token", String.format(Locale.ROOT, "%016x", address.record().token()));
        ArrayNode homes = body.putArray("homes");
        preference.homes(address.n()).forEach(node -> homes.add(node.value()));
        ArrayNode fallbacks = body.putArray("fallbacks");
        preference.fallbacks().forEach(node -> fallbacks.add(node.value()));
        ArrayNode replicas = body.putArray("replicas");
        for (Explanation line : explained.replicas()) {
            ObjectNode replica = replicas.addObject();
            replica.put("node", line.node().value()).put("home", true).put("result", line.result());
            ArrayNode dots = replica.putArray("dots");
            line.dots().forEach(dot -> dots.add(dot.toText()));
            if (address.lastWriterWins()) {
                ArrayNode stamps = replica.putArray("stamps");
                line.stamps().forEach(stamp -> stamps.add(stamp.toText()));
            }
            replica.put("ms", line.micros() / 1000.0);
        }
        ObjectNode merged = body.putObject("merged");
        ArrayNode dots = merged.putArray("dots");
        explained.merged().dots().forEach(dot -> dots.add(dot.toText()));
        Version winner = explained.merged().winner();
        if (!address.lastWriterWins()) {
            merged.put("siblings", explained.merged().shown().size());
        } else {
            merged.put("siblings", winner == null ? 0 : 1);
            if (winner != null) {
                merged.put("winner", winner.dot().toText())
                        .put("stamp", winner.stamp().toText());
            }
        }
        ArrayNode repair = body.putArray("repair");
        explained.repair().forEach(node -> repair.add(node.value()));
        return body;
    }

    /** The same of a leader bucket's key. */
    public static ObjectNode write(RingState ring, KeyAddress address, KeyReply.LedExplained explained) {
        PreferenceList preference = ring.preference(address.partition());
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("partition", address.partition());
        body.put("token", String.format(Locale.ROOT, "%016x", address.record().token()));
        NodeId leader = explained.leader();
        body.put("leader", leader == null ? null : leader.value());
        body.put("term", explained.term());
        ArrayNode homes = body.putArray("homes");
        preference.homes(address.n()).forEach(node -> homes.add(node.value()));
        body.putArray("fallbacks");
        ArrayNode replicas = body.putArray("replicas");
        ArrayNode newest = JsonNodeFactory.instance.arrayNode();
        long applied = -1;
        for (KeyReply.Held held : explained.members()) {
            ObjectNode replica = replicas.addObject();
            replica.put("node", held.node().value()).put("home", true).put("result", held.result());
            VersionTag tag = held.tag();
            ArrayNode dots = replica.putArray("dots");
            if (tag != null) {
                dots.add(LedVersions.dotOf(address.partition(), tag).toText());
                replica.put("etag", tag.toText());
            }
            replica.put("applied", held.applied()).put("ms", held.micros() / 1000.0);
            if (held.applied() > applied && !held.result().equals("error")) {
                applied = held.applied();
                newest = dots;
            }
        }
        ObjectNode merged = body.putObject("merged");
        merged.set("dots", newest.deepCopy());
        merged.put("siblings", newest.size());
        body.putArray("repair");
        return body;
    }
}
