package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Under whose name a replica issues dots, and when that name is over. */
final class OwnActor {
    private static final int FORMER_MAX = 16;

    private final LongSupplier incarnations;
    private final boolean succeeds;
    private ActorId id;
    /** Of this run. */
    private final List<ActorId> former = new ArrayList<>();

    private boolean forgetful;

    /**
     * The actor of a replica that is opened.
     *
     * @param header as it is on disk; null if the replica is new
     * @param keeps whether everything that the actor named there issued is proved to be on this disk
     */
    OwnActor(
            NodeId self,
            ReplicaSetId set,
            Commit.@Nullable Header header,
            Predicate<ActorId> keeps,
            LongSupplier incarnations) {
        this.incarnations = incarnations;
        ActorId named = header == null ? null : new ActorId(self, set.partition(), header.incarnation());
        boolean kept = named != null && keeps.test(named);
        this.succeeds = named != null && !kept;
        this.id = named != null && kept ? named : new ActorId(self, set.partition(), incarnations.getAsLong());
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

    /**
     * Condition C8, by evidence: another home has told its clock, and where that has dots of this actor that are not in this
     * one's, this disk has forgotten them. Dots that are issued from here on must not be taken for those: the actor ends.
     */
    void heardOf(PartitionClock other, PartitionClock clock) {
        boolean ahead = !clock.covers(other, id);
        boolean formerAhead = former.stream().anyMatch(actor -> !clock.covers(other, actor));
        forgetful |= ahead || formerAhead;
        if (ahead) {
            end();
        }
    }

    /**
     * As {@link #heardOf}, by a context. But that may be made up, as a client signs nothing: the actor ends, and whether
     * anything was forgotten is for clocks to say.
     */
    void heardOf(CausalContext context, PartitionClock clock) {
        if (isUnknownTo(clock, context)) {
            end();
        }
    }

    /** Whether this disk has forgotten what was issued here in this run. */
    boolean isForgetful() {
        return forgetful;
    }

    /** What was forgotten has been fetched; what homes that were not needed for that know of former actors tells nothing new. */
    void recovered() {
        forgetful = false;
        former.clear();
    }

    Dot next(PartitionClock clock) {
        return new Dot(id, clock.top(id) + 1);
    }

    /** From here on dots are issued under another name. */
    void end() {
        former.add(id);
        if (former.size() > FORMER_MAX) {
            former.remove(0);
        }
        id = new ActorId(id.node(), id.partition(), incarnations.getAsLong());
    }
}
