package io.quorate.node.protocol.hint;

import io.quorate.node.protocol.store.Hint;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.VersionedObject;
import java.util.Set;

/**
 * The decisions on which the safety of handoff rests. One object, so that the simulator can put a broken rule in its place
 * and show that its checks notice.
 */
public class HintRules {
    public static final HintRules STANDARD = new HintRules();

    /** Whether a delivery ends a hint: only that of the revision it still has. */
    public boolean ends(Hint delivered, long revision) {
        return delivered.revision() == revision;
    }

    /** Whether a hint is over as soon as it has been sent. */
    public boolean endsWhenSent() {
        return false;
    }

    /** Whether a write counts as kept before it is durable. */
    public boolean countsBeforeDurable() {
        return false;
    }

    /** Condition C6: what is kept of a write for a home: all of it, as only homes know what a context may leave out. */
    public VersionedObject kept(VersionedObject object) {
        return object;
    }

    /** Whether a hint that is found on disk at a start is one still to be delivered. */
    public boolean isFoundAtStart() {
        return true;
    }

    /** Rule E8: under which incarnation a fallback coordinates in this run, for which a random one was drawn. */
    public long incarnation(long drawn) {
        return drawn;
    }

    /** Rule E7: the dots that a merged hint names besides its live ones. */
    public Set<Dot> named(Set<Dot> all) {
        return all;
    }
}
