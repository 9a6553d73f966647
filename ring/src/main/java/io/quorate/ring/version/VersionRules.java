package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
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

    /** Condition C4: the state without what the clock's contiguous base, and its time, vouch for anyway. */
    public KeyState strip(KeyState filled, PartitionClock clock) {
        CausalContext left = filled.context().strip(clock.base());
        return KeyState.of(filled.versions(), left.time().isAfter(clock.time()) ? left : left.withoutTime());
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

    /**
     * Rule V6: the stamp of a new write where the last writer wins. It exceeds what its writer was shown, all that its
     * coordinator holds of the key, and all that the coordinator's clock has seen, deletes included.
     */
    public HybridTime stamp(HybridClock clock, CausalContext seen, KeyState local, WallTime now) {
        return clock.next(seen.time().max(local.time()), now);
    }

    /**
     * Over what such a write goes: all that its writer was shown, and all that its coordinator knows of the key, as if the
     * writer had read it there first. All of that is older than the new stamp, so it has lost for good, against this write
     * and against whatever will replace it. It is the write that says so to every home; dropping losers at a merge would
     * lose those that no write had covered.
     *
     * @param local what the coordinator has of the key, filled
     */
    public CausalContext overruled(CausalContext seen, KeyState local, HybridTime stamp) {
        CausalContext over = seen.merge(local.context()).atLeast(stamp);
        for (Version version : local.versions()) {
            over = over.with(version.dot());
        }
        return over;
    }

    /** See {@link WallTime#agreed}. */
    public WallTime wallTime(long ownMillis, Collection<Long> peers, int members, long maxDriftMillis) {
        return WallTime.agreed(ownMillis, peers, members, maxDriftMillis);
    }

    /** Rule E6: the dots that enter a clock when an object is merged: live and named ones, never merely covered ones. */
    public List<Dot> appliedBy(VersionedObject object) {
        List<Dot> dots = object.state().dots();
        dots.addAll(object.applied());
        return dots;
    }
}
