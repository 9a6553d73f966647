package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.WallTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The open replicas of a shard, and who waits for which of their commits. */
final class Replicas {
    private static final int SWEEP_MAX = 256;

    private final Surroundings surroundings;
    private final PartitionCount partitions;
    private final RetiredActors retired;
    private final Map<ReplicaSetId, Replica> open = new TreeMap<>();
    private final Map<ReplicaSetId, Deque<Waiter>> waiters = new HashMap<>();
    private final Supplier<WallTime> wallTime;
    /** Whether replicas that are opened from here on take new actors, whatever is on disk. */
    private boolean actorsOver;

    private boolean hopeless;
    private boolean renewalDue;
    private int born;

    /** Told when a commit is durable, or that it failed. */
    interface Durable {
        void done(@Nullable StorageException failure, long now);
    }

    private record Waiter(long commit, Durable durable) {}

    Replicas(Surroundings surroundings, PartitionCount partitions, RetiredActors retired, Supplier<WallTime> wallTime) {
        this.retired = retired;
        this.wallTime = wallTime;
        this.surroundings = surroundings;
        this.partitions = partitions;
        this.actorsOver = surroundings.losses().count() > surroundings.losses().recovered();
    }

    /** Replicas that are made from here on have nothing to make up for of so many losses. */
    void bornAfter(int losses) {
        born = losses;
    }

    /** Opens the replica at its first use. */
    Replica get(ReplicaSetId id) {
        Replica replica = open.get(id);
        if (replica == null || (replica.isOutdated() && replica.idle())) {
            replica = new Replica(
                    surroundings.self(),
                    id,
                    partitions,
                    surroundings.store(),
                    surroundings.rules(),
                    actor -> surroundings.keepsActors() && !actorsOver && !retired.contains(id, actor),
                    surroundings.randomLongs(),
                    born,
                    wallTime);
            open.put(id, replica);
            if (!hopeless) {
                replica.persistActor();
            }
        }
        return replica;
    }

    /** Calls back when the commit is durable; at once if {@code commit} is 0, which stands for "already is". */
    void whenDurable(ReplicaSetId id, long commit, Durable durable, long now) {
        if (commit == 0) {
            durable.done(null, now);
        } else {
            waiters.computeIfAbsent(id, k -> new ArrayDeque<>()).add(new Waiter(commit, durable));
        }
    }

    /** Whether a commit is one of these and still on its way: those behind the first to fail are forgotten with it. */
    boolean awaits(Commit commit) {
        Replica replica = open.get(commit.set());
        return replica != null && replica.awaits(commit);
    }

    void durable(Commit done, long now) {
        Replica replica = open.get(done.set());
        if (replica == null) {
            return;
        }
        long commit = done.id();
        replica.durable(commit);
        Deque<Waiter> waiting = waiters.get(done.set());
        if (waiting == null) {
            return;
        }
        for (Waiter w = waiting.peek(); w != null && w.commit() <= commit; w = waiting.peek()) {
            waiting.poll();
            w.durable().done(null, now);
        }
    }

    /**
     * What memory says of any replica may not be on disk any more: all are forgotten, to be opened as the disk has them and
     * under new incarnations.
     */
    void fail(StorageException failure, long now) {
        actorsOver = true;
        open.clear();
        hopeless = !surroundings.store().forgotten();
        renewalDue = !hopeless;
        List<Waiter> all = new ArrayList<>();
        waiters.values().forEach(all::addAll);
        waiters.clear();
        all.forEach(w -> w.durable().done(failure, now));
    }

    /** This disk was found to have forgotten something: nothing more is issued under what is named on it. */
    void endActors() {
        actorsOver = true;
        open.values().forEach(Replica::endActor);
    }

    /** Once the disk takes changes again, it is told that all earlier actors are over, also those of replicas not in use. */
    void renewIfDue(Consumer<String> corruption) {
        if (renewalDue && surroundings.store().refusal() == null) {
            renewalDue = false;
            openAll(corruption);
        }
    }

    /** The highest time that any clock here has come to. */
    HybridTime latest() {
        HybridTime latest = HybridTime.NONE;
        for (Replica replica : open.values()) {
            latest = latest.max(replica.clock().time());
        }
        return latest;
    }

    void sweep() {
        open.values().forEach(replica -> replica.sweep(SWEEP_MAX));
    }

    /**
     * Opens what is on disk, so that the counts are whole, and where earlier actors may not go on, all of them end now and
     * not only those of replicas that come into use.
     */
    void openAll(Consumer<String> corruption) {
        for (ReplicaSetId id : List.copyOf(all())) {
            try {
                get(id);
            } catch (CorruptRecordException | StorageException | DecodeException e) {
                // Found again, and told to whoever asks, when the replica comes into use.
                corruption.accept("replica of partition " + id.partition() + ": " + e.getMessage());
            }
        }
    }

    /** Those in use since the start, which are all that were on disk then and all that were asked for since. */
    List<ReplicaSetId> opened() {
        return List.copyOf(open.keySet());
    }

    boolean idle() {
        return open.values().stream().allMatch(Replica::idle);
    }

    /** All that this node has: on disk or about to be. */
    Set<ReplicaSetId> all() {
        Set<ReplicaSetId> all = new LinkedHashSet<>(surroundings.store().replicaSets());
        all.addAll(open.keySet());
        return all;
    }

    Shard.Counts counts(long hints) {
        long keys = 0;
        long versions = 0;
        for (Replica replica : open.values()) {
            keys += replica.keys();
            versions += replica.versions();
        }
        return new Shard.Counts(keys, versions, hints);
    }
}
