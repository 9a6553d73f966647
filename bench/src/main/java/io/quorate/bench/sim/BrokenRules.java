package io.quorate.bench.sim;

import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridClock;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.version.WallTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The version rules as the machines use them, with one broken where a bug is planted, and a witness of every write. */
final class BrokenRules extends VersionRules {
    private final PlantedBug bug;
    private final Witness witness;

    /** Sees each write when a home takes it. */
    interface Witness {
        void put(CausalContext seen, Version version);

        void delete(CausalContext seen, Dot dot);
    }

    BrokenRules(PlantedBug bug, Witness witness) {
        this.bug = bug;
        this.witness = witness;
    }

    @Override
    public VersionedObject put(CausalContext seen, Version version) {
        witness.put(seen, version);
        return super.put(seen, version);
    }

    @Override
    public VersionedObject delete(CausalContext seen, Dot dot) {
        witness.delete(seen, dot);
        return super.delete(seen, dot);
    }

    @Override
    public KeyState fill(KeyState stored, VersionVector base) {
        return bug == PlantedBug.NO_FILL ? stored : super.fill(stored, base);
    }

    @Override
    public KeyState strip(KeyState filled, PartitionClock clock) {
        if (bug == PlantedBug.CONTEXT_PRUNED) {
            KeyState stripped = super.strip(filled, clock);
            return stripped.context().dots().size() > 1
                    ? KeyState.of(stripped.versions(), Contexts.ofLive(stripped))
                    : stripped;
        }
        if (bug != PlantedBug.STRIP_BY_HIGHEST) {
            return super.strip(filled, clock);
        }
        VersionVector[] top = {VersionVector.EMPTY};
        clock.forEachRange((actor, from, to) -> top[0] = top[0].with(actor, to));
        return KeyState.of(filled.versions(), filled.context().strip(top[0]));
    }

    @Override
    public KeyState merge(KeyState a, KeyState b) {
        KeyState merged = super.merge(a, b);
        if (bug == PlantedBug.MERGE_IGNORES_CONTEXT) {
            List<Version> all = new ArrayList<>(a.versions());
            b.versions().stream().filter(v -> !a.has(v.dot())).forEach(all::add);
            return KeyState.of(all, merged.context());
        }
        if (bug == PlantedBug.MERGE_DROPS_SIBLINGS && merged.versions().size() > 1) {
            return KeyState.of(List.of(merged.versions().get(0)), merged.context());
        }
        if (bug == PlantedBug.DELETE_TAKES_ALL
                && b.versions().isEmpty()
                && !b.context().isEmpty()) {
            return KeyState.of(List.of(), merged.context());
        }
        Version winner = merged.winner();
        if (bug == PlantedBug.LWW_DISCARD_AT_MERGE && winner != null) {
            return KeyState.of(List.of(winner), merged.context());
        }
        return merged;
    }

    @Override
    public HybridTime stamp(HybridClock clock, CausalContext seen, KeyState local, WallTime now) {
        if (bug == PlantedBug.LWW_STAMP_IGNORES_CONTEXT) {
            return clock.next(local.time(), now);
        }
        if (bug == PlantedBug.LWW_STAMP_IGNORES_DELETES) {
            Version winner = local.winner();
            return new HybridClock(winner == null ? HybridTime.NONE : winner.stamp()).next(HybridTime.NONE, now);
        }
        return super.stamp(clock, seen, local, now);
    }

    @Override
    public WallTime wallTime(long ownMillis, Collection<Long> peers, int members, long maxDriftMillis) {
        return bug == PlantedBug.LWW_ACCEPTS_FAR_FUTURE
                ? new WallTime(ownMillis, ownMillis, maxDriftMillis)
                : super.wallTime(ownMillis, peers, members, maxDriftMillis);
    }

    @Override
    public List<Dot> appliedBy(VersionedObject object) {
        List<Dot> dots = super.appliedBy(object);
        if (bug == PlantedBug.COVERED_DOTS_ENTER_CLOCK) {
            VersionVector vector = object.state().context().vector();
            for (int i = 0; i < vector.size(); i++) {
                ActorId actor = vector.actor(i);
                for (long c = 1; c <= vector.counter(i); c++) {
                    dots.add(new Dot(actor, c));
                }
            }
        }
        return dots;
    }
}
