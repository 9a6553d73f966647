package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every leaf of this node's hash trees in turn, slowly, whether the records still make up its sum: what a disk has
 * lost or spoilt shows nowhere else until somebody asks for it.
 */
final class Scrub {
    private static final int LEAVES_A_STEP = 64;
    private static final int KEYS_A_STEP = 256;

    private final AntiEntropy antiEntropy;
    private final Replicas replicas;
    private final long pauseNanos;
    private @Nullable ReplicaSetId set;
    private int leaf;
    private long lookedAt;
    /** Sets that are still to be looked through without pause. */
    private int hurried;

    private long leavesLooked;
    private long leavesDamaged;

    Scrub(AntiEntropy antiEntropy, Replicas replicas, long pauseNanos) {
        this.antiEntropy = antiEntropy;
        this.replicas = replicas;
        this.pauseNanos = pauseNanos;
    }

    long leavesLooked() {
        return leavesLooked;
    }

    long leavesDamaged() {
        return leavesDamaged;
    }

    /** Has everything looked at once, as soon as there is time. */
    void hurry() {
        hurried = replicas.opened().size() + 1;
    }

    void tick(long now) {
        if (hurried == 0 && (pauseNanos == Long.MAX_VALUE || now - lookedAt < pauseNanos)) {
            return;
        }
        long due = hurried > 0 ? LEAVES_A_STEP : Math.min(LEAVES_A_STEP, (now - lookedAt) / pauseNanos);
        lookedAt = now;
        long keysBefore = antiEntropy.scrubbedKeys();
        for (long i = 0; i < due && antiEntropy.scrubbedKeys() - keysBefore < KEYS_A_STEP; i++) {
            ReplicaSetId current = set;
            if (current == null || leaf == LeafTable.LEAVES) {
                current = after(current);
                set = current;
                leaf = 0;
                hurried = Math.max(0, hurried - 1);
            }
            if (current == null || !antiEntropy.mayHeal()) {
                return;
            }
            leavesLooked++;
            leavesDamaged += antiEntropy.scrub(current, leaf++) ? 0 : 1;
        }
    }

    private @Nullable ReplicaSetId after(@Nullable ReplicaSetId last) {
        List<ReplicaSetId> sets = replicas.opened();
        for (ReplicaSetId each : sets) {
            if (last == null || each.compareTo(last) > 0) {
                return each;
            }
        }
        return sets.isEmpty() ? null : sets.get(0);
    }
}
