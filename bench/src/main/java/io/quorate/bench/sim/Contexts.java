package io.quorate.bench.sim;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;

/** Contexts that say too little, for planted bugs. */
final class Contexts {
    private Contexts() {}

    /** Of the live versions of a key, and nothing else. */
    static CausalContext ofLive(KeyState state) {
        CausalContext context = CausalContext.EMPTY;
        for (Version version : state.versions()) {
            context = context.with(version.dot());
        }
        return context;
    }
}
