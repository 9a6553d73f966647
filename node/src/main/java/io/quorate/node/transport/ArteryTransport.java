package io.quorate.node.transport;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * {@link Transport} over Pekko's Artery. Peers are addressed by their configured host and port and without a unique id, so
 * that a restarted node is reached at once; Pekko Cluster need not know of it.
 */
public final class ArteryTransport implements Transport {
    private final NodeId self;
    private final ActorSystem<?> system;
    private final FaultBoard faults;
    private final Map<NodeId, Map<Lane, ActorRef<Frame>>> peers = new LinkedHashMap<>();

    public ArteryTransport(ActorSystem<?> system, NodeId self, Membership membership, FaultBoard faults) {
        this.system = system;
        this.self = self;
        this.faults = faults;
        ActorRefResolver resolver = ActorRefResolver.get(system);
        for (Member member : membership.members()) {
            if (!member.id().equals(self)) {
                Map<Lane, ActorRef<Frame>> lanes = new EnumMap<>(Lane.class);
                for (Lane lane : Lane.values()) {
                    lanes.put(
                            lane,
                            resolver.resolveActorRef("pekko://" + system.name() + "@" + member.host() + ":"
                                    + member.port() + "/system/" + Transport.actorName(member.id(), lane)));
                }
                peers.put(member.id(), lanes);
            }
        }
    }

    @Override
    public void send(NodeId to, Lane lane, byte[] frame) {
        Map<Lane, ActorRef<Frame>> lanes = peers.get(to);
        ActorRef<Frame> target = lanes == null ? null : lanes.get(lane);
        if (target == null) {
            throw new IllegalArgumentException(to + " is no peer of " + self);
        }
        if (faults.isCut(self, to)) {
            return;
        }
        Frame message = new Frame(self, Bytes.wrap(frame));
        long delay = faults.delayNanos(self);
        if (delay == 0) {
            target.tell(message);
        } else {
            system.scheduler()
                    .scheduleOnce(Duration.ofNanos(delay), () -> target.tell(message), system.executionContext());
        }
    }

    @Override
    public boolean knows(NodeId node) {
        return peers.containsKey(node);
    }

    @Override
    public long admit(NodeId from) {
        return faults.isCut(from, self) ? -1 : faults.delayNanos(self);
    }
}
