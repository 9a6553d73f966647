package io.quorate.node.actor;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;

/** Makes the actor system of a node that is not given one. */
public final class Systems {
    private Systems() {}

    /** Starts a system that listens on the node's address; fails if that is taken. */
    public static ActorSystem<Void> start(String name, Member self) {
        Map<String, Object> own = new HashMap<>();
        own.put("pekko.remote.artery.canonical.hostname", self.host());
        own.put("pekko.remote.artery.canonical.port", self.port());
        Config config = ConfigFactory.parseMap(own).withFallback(ConfigFactory.load("quorate-pekko"));
        return ActorSystem.create(Behaviors.empty(), name, config);
    }

    /**
     * Joins Pekko Cluster in the background: the first member found forms it, and nothing waits for it. The data plane
     * works without.
     */
    public static void joinCluster(ActorSystem<?> system, Membership membership) {
        Cluster cluster = Cluster.get(system);
        java.util.List<Address> seeds = membership.members().stream()
                .map(member -> new Address("pekko", system.name(), member.host(), member.port()))
                .toList();
        cluster.joinSeedNodes(seeds);
    }

    /** The name of every node's system: peers are addressed by it. */
    public static String nameOf(String cluster) {
        return "quorate-" + cluster.replaceAll("[^A-Za-z0-9]", "-");
    }
}
