package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The keys of a replica that have no versions but still a context, because the clock's base does not cover it yet. They
 * are looked at in turn, some at a time, whenever the base has moved; those it has come to cover can go.
 */
final class Remnants {
    private final Map<RecordKey, KeyState> states;
    private VersionVector lookedAtWith = VersionVector.EMPTY;
    /** Keys that are gone may be kept for their time alone. */
    private HybridTime lookedAtUntil = HybridTime.NONE;

    private int left;

    Remnants(Map<RecordKey, KeyState> states) {
        this.states = new LinkedHashMap<>(states);
    }

    void put(RecordKey key, KeyState stripped) {
        states.put(key, stripped);
    }

    void remove(RecordKey key) {
        states.remove(key);
    }

    int size() {
        return states.size();
    }

    /**
     * Takes out keys that need not be kept any more, after a look at {@code limit} of them at most.
     *
     * @param busy keys that cannot go now; they are looked at again later
     */
    List<RecordKey> takeCovered(PartitionClock clock, VersionRules rules, Predicate<RecordKey> busy, int limit) {
        if (!clock.base().equals(lookedAtWith) || clock.time().isAfter(lookedAtUntil)) {
            lookedAtWith = clock.base();
            lookedAtUntil = clock.time();
            left = states.size();
        }
        List<RecordKey> covered = new ArrayList<>();
        if (left == 0) {
            return covered;
        }
        List<Map.Entry<RecordKey, KeyState>> stay = new ArrayList<>();
        var next = states.entrySet().iterator();
        boolean skipped = false;
        for (int i = 0; i < limit && left > 0 && next.hasNext(); i++, left--) {
            Map.Entry<RecordKey, KeyState> remnant = next.next();
            boolean isBusy = busy.test(remnant.getKey());
            skipped |= isBusy;
            if (!isBusy && rules.strip(remnant.getValue(), clock).isEmpty()) {
                covered.add(remnant.getKey());
            } else {
                stay.add(Map.entry(remnant.getKey(), remnant.getValue()));
            }
            next.remove();
        }
        // Behind the others, so that each has its turn.
        stay.forEach(remnant -> states.put(remnant.getKey(), remnant.getValue()));
        if (skipped) {
            // They may be covered already: once more around, whether or not the base moves.
            left = states.size();
        }
        return covered;
    }
}
