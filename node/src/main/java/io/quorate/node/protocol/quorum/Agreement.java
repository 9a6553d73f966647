package io.quorate.node.protocol.quorum;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import java.util.List;
import java.util.Set;

/** What the answers of several homes come to. */
final class Agreement {
    private Agreement() {}

    /**
     * What homes with equal versions answer together. None of them has proved that what it lacks was deleted (condition C9),
     * so the answer claims to know of what all of them know: a home that lost a record without a trace must not have a
     * reader overwrite what it was not shown.
     */
    static KeyState agreed(KeyState state, List<Slot> usable) {
        CausalContext known = state.context();
        for (Slot slot : usable) {
            CausalContext context = slot.context;
            known = context == null ? known : known.intersect(context);
        }
        for (Dot dot : state.dots()) {
            known = known.with(dot);
        }
        return new KeyState(state.versions(), known);
    }

    static boolean sameDigests(List<Slot> usable) {
        for (Slot slot : usable) {
            if (slot.digest != usable.get(0).digest) {
                return false;
            }
        }
        return true;
    }

    /** Rule V2: a home holds the merged state if it has the same live versions and knows that the others are gone. */
    static boolean holds(KeyState state, KeyState merged, Set<Dot> seen) {
        if (!state.dots().equals(merged.dots())) {
            return false;
        }
        for (Dot dot : seen) {
            if (!merged.has(dot) && !state.context().covers(dot)) {
                return false;
            }
        }
        return true;
    }
}
