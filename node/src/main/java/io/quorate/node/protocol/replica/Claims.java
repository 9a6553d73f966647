package io.quorate.node.protocol.replica;

import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import java.util.Set;
import java.util.TreeSet;

/** What contexts claim that a replica cannot vouch for. */
final class Claims {
    private Claims() {}

    /** The nodes of whose actors {@code context} has dots above all that {@code clock} has heard of. */
    static Set<NodeId> unheardOf(CausalContext context, PartitionClock clock) {
        Set<NodeId> nodes = new TreeSet<>();
        context.vector().forEach((actor, counter) -> {
            if (counter > clock.top(actor)) {
                nodes.add(actor.node());
            }
        });
        for (Dot dot : context.dots()) {
            if (dot.counter() > clock.top(dot.actor())) {
                nodes.add(dot.actor().node());
            }
        }
        return nodes;
    }

    /** Whether {@code context} has dots of an actor above a counter. */
    static boolean above(CausalContext context, ActorId actor, long counter) {
        if (context.vector().get(actor) > counter) {
            return true;
        }
        for (Dot dot : context.dots()) {
            if (dot.actor().equals(actor) && dot.counter() > counter) {
                return true;
            }
        }
        return false;
    }
}
