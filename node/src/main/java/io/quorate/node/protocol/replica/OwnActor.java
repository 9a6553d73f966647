package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Under whose name a replica issues dots, and when that name is over. */
final class OwnActor {
    private final LongSupplier incarnations;
    private final boolean succeeds;
    private ActorId id;
    private boolean forgetful;

    /**
     * The actor of a replica that is opened.
     *
     * @param header as it is on disk; null if the replica is new
     * @param keeps whether everything that the actor named there issued is proved to be on this disk
     */
    OwnActor(NodeId self, ReplicaSetId set, Commit.@Nullable Header header, boolean keeps, LongSupplier incarnations) {
        this.incarnations = incarnations;
        this.succeeds = header != null && !keeps;
        long incarnation = header != null && keeps ? header.incarnation() : incarnations.getAsLong();
        this.id = new ActorId(self, set.partition(), incarnation);
    }

    ActorId id() {
        return id;
    }

    /** Whether it took the place of another when the replica was opened. */
    boolean succeeds() {
        return succeeds;
    }

    /** Whether a context claims dots of this actor that it has not issued. */
    boolean isUnknownTo(PartitionClock clock, CausalContext heard) {
        return Claims.above(heard, id, clock.top(id));
    }

    /** Another home has told its clock: where that has dots of this actor that it has not issued, they are forgotten here. */
    void heardOf(PartitionClock other, PartitionClock clock) {
        forgetful |= isAhead(other, clock);
    }

    /** Whether this disk has forgotten what this actor issued. */
    boolean isForgetful() {
        return forgetful;
    }

    /** What was forgotten has been fetched. */
    void recovered() {
        forgetful = false;
    }

    private boolean isAhead(PartitionClock other, PartitionClock clock) {
        return other.top(id) > clock.top(id);
    }

    Dot next(PartitionClock clock) {
        return new Dot(id, clock.top(id) + 1);
    }

    /**
     * Condition C8, by evidence: whoever speaks of a dot of this actor that it has not issued remembers what this disk has
     * forgotten (a backup was restored and nothing told so), or made it up. Either way dots that are issued from here on
     * must not be taken for those: the actor ends.
     */
    void renewIfForgotten(CausalContext heard, PartitionClock clock) {
        if (isUnknownTo(clock, heard)) {
            renew();
        }
    }

    /** As {@link #renewIfForgotten(CausalContext, PartitionClock)}, by another home's clock. */
    void renewIfForgotten(PartitionClock other, PartitionClock clock) {
        if (isAhead(other, clock)) {
            renew();
        }
    }

    private void renew() {
        forgetful = true;
        id = new ActorId(id.node(), id.partition(), incarnations.getAsLong());
    }
}
