package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.PartitionClock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Asks whether the gaps in what one home knows of an actor can ever be filled (rule E9): first the actor's own node, whether
 * it is over; then, when no copy can be under way any more that was sent before it lost its disk, every node, as any may keep
 * its writes for some home; and at last, when none of them can hand over anything any more, the homes once again.
 */
final class GapTask implements Task {
    /** Older ones are not taken: whoever sent one sends it again. */
    static final long COPY_LIFE_NANOS = 5_000_000_000L;

    private static final long STEP_NANOS = 5_000_000_000L;

    private final Context context;
    private final ReplicaSetId set;
    private final PartitionClock known;
    private final Runnable unfillable;
    private final Deque<Step> steps;
    private final Set<NodeId> silent = new TreeSet<>();
    private Step step;
    private long id;
    private long waitsUntil;
    private boolean waits;
    private boolean over;

    /**
     * Whom to ask.
     *
     * @param waitNanos from their answers to the next step
     */
    record Step(Collection<NodeId> nodes, long waitNanos) {}

    private GapTask(Context context, ReplicaSetId set, PartitionClock known, List<Step> steps, Runnable unfillable) {
        this.context = context;
        this.set = set;
        this.known = known;
        this.unfillable = unfillable;
        this.steps = new ArrayDeque<>(steps);
        this.step = this.steps.remove();
    }

    /**
     * Begins.
     *
     * @param known all that this home has of the actor
     * @param steps one at least
     * @param unfillable told if all agree
     */
    static GapTask start(
            Context context, ReplicaSetId set, PartitionClock known, List<Step> steps, Runnable unfillable) {
        GapTask task = new GapTask(context, set, known, steps, unfillable);
        task.ask(context.now);
        return task;
    }

    boolean isOver() {
        return over;
    }

    private void ask(long now) {
        // Each step under a number of its own: an answer to an earlier one says less.
        id = context.register(this);
        waits = false;
        waitsUntil = now + STEP_NANOS;
        silent.addAll(step.nodes());
        for (NodeId node : step.nodes()) {
            context.send(node, new ExchangeMessage.Retire(id, set, context.ring.epoch(), known));
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (over || !(answer instanceof ExchangeMessage.Retired retired) || retired.id() != id) {
            return;
        }
        over = !retired.agreed();
        if (!over && silent.remove(from) && silent.isEmpty()) {
            waits = true;
            waitsUntil = now + step.waitNanos();
            goOn(now);
        }
    }

    private void goOn(long now) {
        if (now - waitsUntil < 0) {
            return;
        }
        Step next = waits ? steps.poll() : null;
        if (next != null) {
            step = next;
            ask(now);
        } else {
            over = true;
            if (waits) {
                unfillable.run();
            }
        }
    }

    @Override
    public boolean tick(long now) {
        if (!over) {
            goOn(now);
        }
        return over;
    }

    @Override
    public void abandon() {
        over = true;
    }
}
