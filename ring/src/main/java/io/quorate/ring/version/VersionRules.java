package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules by which versions replace each other. One object, so that the simulator can put a broken rule in its place
 * and show that its checks notice.
 *
 * <p>Each replica keeps a key {@linkplain #strip stripped} and {@linkplain #fill fills} it again before it is compared or
 * leaves the node. Merging is commutative, associative and idempotent on objects: it is the join of the optimised
 * add-wins sets of Almeida, Shoker and Baquero, "Delta state replicated data types" (2018).
 */
public class VersionRules {
    public static final VersionRules STANDARD = new VersionRules();

    /** Condition C5: the state with all that the base of its replica's clock vouches for. */
    public KeyState fill(KeyState stored, VersionVector base) {
        return new KeyState(stored.versions(), stored.context().fill(base));
    }

    /** Condition C4: the state without what the clock's contiguous base vouches for anyway. */
    public KeyState strip(KeyState filled, PartitionClock clock) {
        return KeyState.of(filled.versions(), filled.context().strip(clock.base()));
    }

    /**
     * A write as it travels: the new version, over what its writer had seen. It claims nothing about versions that the
     * writer was not shown, so siblings survive it wherever they are.
     */
    public VersionedObject put(CausalContext seen, Version version) {
        return VersionedObject.of(KeyState.of(ImmutableList.of(version), seen.with(version.dot())));
    }

    /** A delete as it travels: no version, and a dot of its own so that it is counted and repaired like a put. */
    public VersionedObject delete(CausalContext seen, Dot dot) {
        return new VersionedObject(KeyState.of(ImmutableList.of(), seen.with(dot)), ImmutableList.of(dot));
    }

    /**
     * Joins two states: a version stays if both have it, or if one has it and the other's context does not cover its dot.
     * Both must be filled, or be the objects of writes.
     */
    public KeyState merge(KeyState a, KeyState b) {
        List<Version> kept = new ArrayList<>(a.versions().size() + b.versions().size());
        for (Version version : a.versions()) {
            if (b.has(version.dot()) || !b.context().covers(version.dot())) {
                kept.add(version);
            }
        }
        for (Version version : b.versions()) {
            if (!a.has(version.dot()) && !a.context().covers(version.dot())) {
                kept.add(version);
            }
        }
        return KeyState.of(kept, a.context().merge(b.context()));
    }

    /** Rule E6: the dots that enter a clock when an object is merged: live and named ones, never merely covered ones. */
    public List<Dot> appliedBy(VersionedObject object) {
        List<Dot> dots = object.state().dots();
        dots.addAll(object.applied());
        return dots;
    }
}
