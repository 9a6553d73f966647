package io.quorate.node.protocol.replica;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.store.PartitionStore.Remnant;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.CausalContext;
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
 * The keys of a replica whose record holds a context, because the clock's base does not cover it yet. They are looked at
 * in turn, some at a time, whenever the base has moved. Of those it has come to cover, the ones without versions can go,
 * and the others need not be listed any more.
 */
final class Remnants {
    private final Map<RecordKey, Remnant> remnants;
    private VersionVector lookedAtWith = VersionVector.EMPTY;
    /** Keys that are gone may be kept for their time alone. */
    private HybridTime lookedAtUntil = HybridTime.NONE;

    private int left;

    /**
     * What the clock has come to cover.
     *
     * @param bare keys without versions
     * @param settled keys with versions
     */
    record Covered(List<RecordKey> bare, List<RecordKey> settled) {
        boolean isEmpty() {
            return bare.isEmpty() && settled.isEmpty();
        }
    }

    Remnants(Map<RecordKey, Remnant> remnants) {
        this.remnants = new LinkedHashMap<>(remnants);
    }

    /** Notes what a record now holds; true if it holds a context. */
    boolean note(RecordKey key, KeyState stripped) {
        Remnant remnant = Remnant.of(stripped);
        if (remnant == null) {
            remnants.remove(key);
            return false;
        }
        remnants.put(key, remnant);
        return true;
    }

    void remove(RecordKey key) {
        remnants.remove(key);
    }

    int size() {
        return remnants.size();
    }

    /** Rule E1: what has to go along with the clock. */
    ImmutableMap<RecordKey, CausalContext> contexts() {
        ImmutableMap.Builder<RecordKey, CausalContext> contexts = ImmutableMap.builder();
        remnants.forEach((key, remnant) -> contexts.put(key, remnant.context()));
        return contexts.buildOrThrow();
    }

    /**
     * Takes out keys that need not be kept any more, after a look at {@code limit} of them at most.
     *
     * @param busy keys that cannot go now; they are looked at again later
     */
    Covered takeCovered(PartitionClock clock, VersionRules rules, Predicate<RecordKey> busy, int limit) {
        if (!clock.base().equals(lookedAtWith) || clock.time().isAfter(lookedAtUntil)) {
            lookedAtWith = clock.base();
            lookedAtUntil = clock.time();
            left = remnants.size();
        }
        Covered covered = new Covered(new ArrayList<>(), new ArrayList<>());
        if (left == 0) {
            return covered;
        }
        List<Map.Entry<RecordKey, Remnant>> stay = new ArrayList<>();
        var next = remnants.entrySet().iterator();
        boolean skipped = false;
        for (int i = 0; i < limit && left > 0 && next.hasNext(); i++, left--) {
            Map.Entry<RecordKey, Remnant> entry = next.next();
            Remnant remnant = entry.getValue();
            boolean isBusy = busy.test(entry.getKey());
            skipped |= isBusy;
            KeyState context = KeyState.of(List.of(), remnant.context());
            if (isBusy || !rules.strip(context, clock).isEmpty()) {
                stay.add(Map.entry(entry.getKey(), remnant));
            } else {
                (remnant.bare() ? covered.bare() : covered.settled()).add(entry.getKey());
            }
            next.remove();
        }
        // Behind the others, so that each has its turn.
        stay.forEach(entry -> remnants.put(entry.getKey(), entry.getValue()));
        if (skipped) {
            // They may be covered already: once more around, whether or not the base moves.
            left = remnants.size();
        }
        return covered;
    }
}
