package io.quorate.node.actor;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Makes the actor systems of a node that is not given one. */
public final class Systems {
    /** What stands before a node's id in the one role that it has in the cluster of actor systems. */
    static final String ROLE = "node-";

    private Systems() {}

    /** Starts a system that no other node can reach: the node's own actors live there. */
    public static ActorSystem<Void> local(NodeId node) {
        Config config = ConfigFactory.parseMap(Map.of("pekko.actor.provider", "local"))
                .withFallback(ConfigFactory.load("quorate-pekko"));
        return ActorSystem.create(
                Behaviors.empty(), "quorate-node-" + node.value().replaceAll("[^a-z0-9]", "-"), config);
    }

    /** Starts a system that listens on the node's address and can join others; fails if the address is taken. */
    public static ActorSystem<Void> remote(String name, Member self) {
        return remote(name, self.id(), self.host(), self.port());
    }

    /** The same at a given address. */
    static ActorSystem<Void> remote(String name, NodeId node, String host, int port) {
        Map<String, Object> own = new HashMap<>();
        own.put("pekko.remote.artery.canonical.hostname", host);
        own.put("pekko.remote.artery.canonical.port", port);
        own.put("pekko.cluster.roles", List.of(ROLE + node));
        Config config = ConfigFactory.parseMap(own).withFallback(ConfigFactory.load("quorate-pekko"));
        return ActorSystem.create(Behaviors.empty(), name, config);
    }

    /** The name of every node's remote system: they are addressed by it. */
    public static String nameOf(String cluster) {
        return "quorate-" + cluster.replaceAll("[^A-Za-z0-9]", "-");
    }
}
