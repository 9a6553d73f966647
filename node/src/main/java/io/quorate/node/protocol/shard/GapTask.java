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
 * it is over; then every node, as any may keep its writes for some home; and at last, when none of them can hand over
 * anything any more, the homes once again.
 */
final class GapTask implements Task {
    private static final long TIME_NANOS = 5_000_000_000L;

    private final Context context;
    private final ReplicaSetId set;
    private final PartitionClock known;
    private final Runnable unfillable;
    private final Deque<Collection<NodeId>> steps = new ArrayDeque<>();
    private final Set<NodeId> silent = new TreeSet<>();
    private final long deadline;
    private long id;
    private boolean over;

    private GapTask(Context context, ReplicaSetId set, PartitionClock known, Runnable unfillable) {
        this.context = context;
        this.set = set;
        this.known = known;
        this.unfillable = unfillable;
        this.deadline = context.now + TIME_NANOS;
    }

    /**
     * Begins.
     *
     * @param steps whom to ask, one group after the other
     * @param known all that this home has of the actor
     * @param unfillable told if all agree
     */
    static GapTask start(
            Context context,
            ReplicaSetId set,
            PartitionClock known,
            List<Collection<NodeId>> steps,
            Runnable unfillable) {
        GapTask task = new GapTask(context, set, known, unfillable);
        task.steps.addAll(steps);
        task.goOn();
        return task;
    }

    boolean isOver() {
        return over;
    }

    private void goOn() {
        Collection<NodeId> next = steps.poll();
        if (next == null) {
            over = true;
            unfillable.run();
            return;
        }
        // Each step under a number of its own: an answer to an earlier one says less.
        id = context.register(this);
        silent.addAll(next);
        for (NodeId node : next) {
            context.send(node, new ExchangeMessage.Retire(id, set, context.ring.epoch(), known));
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (over || !(answer instanceof ExchangeMessage.Retired retired) || retired.id() != id) {
            return;
        }
        if (!retired.agreed()) {
            over = true;
        } else if (silent.remove(from) && silent.isEmpty()) {
            goOn();
        }
    }

    @Override
    public boolean tick(long now) {
        over |= now >= deadline;
        return over;
    }

    @Override
    public void abandon() {
        over = true;
    }
}
