package io.quorate.ring.epoch;

import io.quorate.ring.placement.PlacementCheck;
import io.quorate.ring.placement.PlacementPlanner;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Membership;
import java.util.List;
import java.util.function.Consumer;

/** A ring that configuration fixes: epoch 1 for ever, the same on every node because the planner is deterministic. */
public final class StaticRing implements RingSource {
    private final RingState state;

    private StaticRing(RingState state) {
        this.state = state;
    }

    public static StaticRing plan(
            Membership membership, PartitionCount partitions, int replicas, PlacementPlanner planner) {
        RingState state = new RingState(1, membership, planner.plan(membership, partitions, replicas, null));
        List<String> violations = PlacementCheck.violations(state.table(), membership);
        if (!violations.isEmpty()) {
            throw new IllegalStateException("the planned placement breaks its rules: " + violations);
        }
        return new StaticRing(state);
    }

    @Override
    public RingState current() {
        return state;
    }

    @Override
    public void onChange(Consumer<RingState> listener) {
        // A static ring never changes, so there is nothing to call.
    }
}
