package io.quorate.node.protocol.replica;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.HybridClock;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.WallTime;
import java.util.function.Supplier;

/** The hybrid clock of a replica; its time is part of the replica's clock, so it is as durable as what bore it. */
final class Stamps {
    private final VersionRules rules;
    private final PartitionClock clock;
    private final Supplier<WallTime> wallTime;
    private final HybridClock hybrid;

    Stamps(VersionRules rules, PartitionClock clock, Supplier<WallTime> wallTime) {
        this.rules = rules;
        this.clock = clock;
        this.wallTime = wallTime;
        this.hybrid = new HybridClock(clock.time());
    }

    /** See {@link Replica#overrule}. */
    CausalContext overrule(KeyState local, CausalContext seen) {
        return rules.overruled(seen, local, rules.stamp(hybrid, seen, local, wallTime.get()));
    }

    /** Whether a time is too far ahead, and above all that this replica has taken. */
    boolean isFromFuture(HybridTime time) {
        return time.millis() > clock.time().millis() && wallTime.get().isTooFarAhead(time);
    }

    /**
     * Takes over the time of another home's clock. It is taken whatever this node's clock shows: the other home vouches by it
     * for deletes of which nothing else is left.
     */
    void follow(HybridTime time) {
        hybrid.follow(time);
        clock.raiseTime(time);
    }

    /**
     * Takes notice of what an object bears. A time too far ahead is not taken into the clock; the key keeps it, and only that
     * key's next stamps have to exceed it.
     */
    void observe(HybridTime time) {
        if (time.isAfter(clock.time()) && hybrid.observe(time, wallTime.get())) {
            clock.raiseTime(time);
        }
    }
}
