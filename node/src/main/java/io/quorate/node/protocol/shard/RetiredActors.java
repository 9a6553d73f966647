package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The actors of which this node has promised to take nothing new (rule E9). A promise is for good: its actor's own node has
 * said that it goes by another name.
 */
final class RetiredActors {
    /** Each is a disk that was lost, or a run of a node that stood in for others. */
    private static final int RETIRED_MAX = 100_000;

    private final PartitionStore store;
    private final VersionRules rules;
    private final Set<RetiredActor> durable;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long next = 1;

    private record Waiter(Commit commit, RetiredActor retired, Runnable promised) {}

    RetiredActors(PartitionStore store, VersionRules rules) {
        this.store = store;
        this.rules = rules;
        this.durable = new HashSet<>(store.retired());
    }

    /** Whether an actor is retired, or about to be. */
    boolean contains(ReplicaSetId set, ActorId actor) {
        RetiredActor retired = new RetiredActor(set, actor);
        return durable.contains(retired)
                || waiters.stream().anyMatch(waiter -> waiter.retired().equals(retired));
    }

    /** Whether an object brings writes of a retired actor. */
    boolean wrote(ReplicaSetId set, VersionedObject object) {
        if (durable.isEmpty() && waiters.isEmpty()) {
            return false;
        }
        for (Dot dot : rules.appliedBy(object)) {
            if (contains(set, dot.actor())) {
                return true;
            }
        }
        return false;
    }

    /** Whether an actor can be retired now. */
    boolean hasRoom() {
        return store.refusal() == null && durable.size() + waiters.size() < RETIRED_MAX;
    }

    /** Retires an actor; told once that is durable, and never if it cannot be made so. */
    void retire(ReplicaSetId set, ActorId actor, Runnable promised) {
        RetiredActor retired = new RetiredActor(set, actor);
        if (durable.contains(retired)) {
            promised.run();
            return;
        }
        Commit commit = Commit.ofRetired(next++, retired);
        waiters.add(new Waiter(commit, retired, promised));
        store.commit(commit);
    }

    boolean awaits(Commit commit) {
        return waiters.stream().anyMatch(waiter -> waiter.commit().equals(commit));
    }

    /** The store has made a commit of these durable. */
    void durable(Commit commit) {
        while (awaits(commit)) {
            Waiter first = waiters.remove();
            durable.add(first.retired());
            first.promised().run();
        }
    }

    /** What is not known to be durable is not promised: it is asked for again. */
    void fail() {
        waiters.clear();
    }

    boolean idle() {
        return waiters.isEmpty();
    }
}
