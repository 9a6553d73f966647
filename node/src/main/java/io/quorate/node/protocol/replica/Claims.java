package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.CorruptRecordException;
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

    /**
     * A restoration that does not know all that this clock knows might undo some of it: it was gathered too early, or what
     * it lacks stood nowhere but on this disk. It is refused, and a later one tried.
     */
    static void refuseOlder(CausalContext known, PartitionClock clock) {
        clock.forEachRange((other, from, to) -> {
            if (!known.coversRange(other, from, to)) {
                throw new CorruptRecordException("the restoration is older than this replica's clock");
            }
        });
    }
}
