package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.antientropy.ExchangeRules;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.PartitionClock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Closes gaps that stay for ever (rule E9): writes that were lost with the disks that had them, or never made. As long as a
 * clock has such a gap, what is known of deleted keys above it cannot go.
 *
 * <p>A gap that is still there, and still the same, after several looks is asked about. Once every node has promised,
 * durably, to take nothing new of its actor, and has none of its writes besides those this home has, the gap is closed here;
 * the other homes learn it as they learn of any write.
 */
final class Gaps {
    private final Context context;
    private final RetiredActors retired;
    private final Recovery recovery;
    private final ExchangeRules rules;
    private final long lookNanos;
    private Map<RetiredActor, Seen> seen = new LinkedHashMap<>();
    /** Those to be asked about, whoever has waited longest first. */
    private final Deque<RetiredActor> due = new ArrayDeque<>();

    private @Nullable GapTask running;
    private long lookedAt;

    /** What was known of an actor, at so many looks one after the other. */
    private record Seen(PartitionClock known, int looks) {
        private static final Seen NEVER = new Seen(new PartitionClock(), 0);
    }

    /**
     * Begins.
     *
     * @param lookNanos between two looks
     */
    Gaps(Context context, RetiredActors retired, Recovery recovery, ExchangeRules rules, long lookNanos) {
        this.context = context;
        this.retired = retired;
        this.recovery = recovery;
        this.rules = rules;
        this.lookNanos = lookNanos;
    }

    void tick(long now) {
        GapTask task = running;
        if (task != null && task.isOver()) {
            running = null;
        }
        if (now - lookedAt >= lookNanos) {
            lookedAt = now;
            look();
        }
        if (running == null) {
            begin();
        }
    }

    private void look() {
        Map<RetiredActor, Seen> found = new LinkedHashMap<>();
        for (ReplicaSetId set : context.replicas.opened()) {
            if (!context.homes(set.partition(), set.n()).contains(context.self) || recovery.isLagging(set)) {
                continue;
            }
            try {
                PartitionClock clock = context.replicas.get(set).clock();
                for (ActorId actor : clock.gapped()) {
                    RetiredActor gap = new RetiredActor(set, actor);
                    PartitionClock known = clock.of(actor);
                    Seen before = seen.getOrDefault(gap, Seen.NEVER);
                    found.put(gap, new Seen(known, before.known().equals(known) ? before.looks() + 1 : 1));
                }
            } catch (CorruptRecordException | StorageException | DecodeException e) {
                // What cannot be opened now is looked at the next time.
                context.corruption("replica of partition " + set.partition() + ": " + e.getMessage());
            }
        }
        seen = found;
        queue();
    }

    /** The first home asks after two looks, the next ones later: mostly they need not. */
    private void queue() {
        due.removeIf(gap -> !seen.containsKey(gap));
        seen.forEach((gap, found) -> {
            int own = context.homes(gap.set().partition(), gap.set().n()).indexOf(context.self);
            if (found.looks() >= 2 + own && !due.contains(gap)) {
                due.add(gap);
            }
        });
    }

    private void begin() {
        RetiredActor gap = due.poll();
        Seen found = gap == null ? null : seen.remove(gap);
        if (gap == null || found == null) {
            return;
        }
        List<NodeId> all = context.ring.membership().ids();
        List<NodeId> homes = context.homes(gap.set().partition(), gap.set().n());
        Collection<NodeId> keepers = rules.mayKeepWrites(all, homes);
        if (all.contains(gap.actor().node()) && context.live.containsAll(keepers)) {
            running = GapTask.start(
                    context,
                    gap.set(),
                    found.known(),
                    ImmutableList.of(
                            new GapTask.Step(List.of(gap.actor().node()), GapTask.COPY_LIFE_NANOS),
                            new GapTask.Step(keepers, 0),
                            new GapTask.Step(rules.mustAgree(homes), 0)),
                    () -> close(gap, found.known()));
        }
    }

    private void close(RetiredActor gap, PartitionClock known) {
        try {
            long commit = recovery.isLagging(gap.set())
                    ? -1
                    : context.replicas.get(gap.set()).close(gap.actor(), known);
            if (commit >= 0) {
                context.replicas.whenDurable(
                        gap.set(),
                        commit,
                        (failure, now) -> {
                            if (failure == null) {
                                context.closed(gap, known);
                            }
                        },
                        context.now);
            }
        } catch (CorruptRecordException | StorageException | DecodeException e) {
            // Nothing was changed; the gap is found again.
            context.corruption("replica of partition " + gap.set().partition() + ": " + e.getMessage());
        }
    }

    void onRetire(NodeId from, ExchangeMessage.Retire retire) {
        ReplicaSetId set = retire.set();
        boolean settled =
                context.homes(set.partition(), set.n()).contains(from) && retired.hasRoom() && isSettled(retire);
        if (settled && context.isFallbackActor(retire.actor())) {
            context.endFallbackActor();
        }
        if (!settled || !isAll(retire)) {
            answer(from, retire, false);
            return;
        }
        // Looked at again once nothing more can come in.
        retired.retire(set, retire.actor(), () -> answer(from, retire, isAll(retire)));
    }

    /** Whether this node has the ring of who asks, and keeps nothing for any home. */
    private boolean isSettled(ExchangeMessage.Retire retire) {
        return retire.epoch() == context.ring.epoch() && context.hints().keepsNothing(retire.set());
    }

    private void answer(NodeId to, ExchangeMessage.Retire retire, boolean agreed) {
        context.send(to, new ExchangeMessage.Retired(retire.id(), retire.set().partition(), agreed));
    }

    /** Whether the actor is over, as far as this node can tell, and this node has nothing of it that the asking home lacks. */
    private boolean isAll(ExchangeMessage.Retire retire) {
        ReplicaSetId set = retire.set();
        ActorId actor = retire.actor();
        if (!isSettled(retire)) {
            return false;
        }
        if (!context.homes(set.partition(), set.n()).contains(context.self)) {
            return !context.isFallbackActor(actor);
        }
        try {
            Replica replica = context.replicas.get(set);
            return !recovery.isLagging(set)
                    && !replica.actor().equals(actor)
                    && retire.known().covers(replica.clock(), actor);
        } catch (CorruptRecordException | StorageException | DecodeException e) {
            context.corruption("replica of partition " + set.partition() + ": " + e.getMessage());
            return false;
        }
    }
}
