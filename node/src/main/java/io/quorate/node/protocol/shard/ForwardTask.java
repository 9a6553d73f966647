package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has one home after the other coordinate a request until one answers. The next home is asked when one goes down, is
 * silent, takes longer than such requests mostly do, or cannot coordinate; all under the same request id, so that a write
 * taken twice is shown once.
 */
final class ForwardTask implements Task {
    private final Context context;
    private final KeyRequest request;
    private final List<NodeId> coordinators;
    private final boolean keyed;
    private final long started;
    private final long deadline;
    private final Consumer<KeyReply> reply;
    /** Homes that were asked and have not said that they did nothing: each may have taken a write. */
    private final Map<NodeId, Long> waiting = new LinkedHashMap<>();

    private long id;
    private int tried;
    private @Nullable NodeId newest;
    private long newestAt;
    private boolean hedgeTried;
    private @Nullable NodeId hedge;
    private KeyReply.@Nullable Refused lastRefusal;
    private boolean over;

    /**
     * A request that nobody has been asked for yet.
     *
     * @param keyed whether it bears a client's idempotency key, so that it should keep to the first home
     */
    ForwardTask(
            Context context,
            KeyRequest request,
            List<NodeId> coordinators,
            boolean keyed,
            long started,
            long deadline,
            Consumer<KeyReply> reply) {
        this.context = context;
        this.request = request;
        this.coordinators = coordinators;
        this.keyed = keyed;
        this.started = started;
        this.deadline = deadline;
        this.reply = reply;
    }

    void next(long now) {
        if (now >= deadline || !othersLeft()) {
            if (waiting.isEmpty()) {
                KeyReply.Refused refusal = lastRefusal;
                finish(
                        refusal != null
                                ? refusal
                                : now >= deadline
                                        ? Routing.expired(request)
                                        : KeyReply.Refused.of(
                                                ErrorCode.UNAVAILABLE,
                                                Outcome.NOT_APPLIED,
                                                "no home of the key can be reached"));
            }
            return;
        }
        NodeId home = coordinators.get(tried++);
        waiting.put(home, now);
        newest = home;
        newestAt = now;
        hedgeTried = false;
        if (home.equals(context.self)) {
            Routing.coordinate(context, request, now, deadline, done -> onReply(home, done));
            return;
        }
        if (id == 0) {
            id = context.register(this);
            (isWrite() ? context.spareWrites : context.spareReads).earn();
        }
        context.forwardTimes.asked(home, id, kind(), now);
        context.send(
                home, new PeerMessage.Forward(id, request, Context.millisLeft(now, deadline), context.ring.epoch()));
    }

    private boolean othersLeft() {
        while (tried < coordinators.size() && !context.live.contains(coordinators.get(tried))) {
            tried++;
        }
        return tried < coordinators.size();
    }

    /** Requests that take about as long as each other. */
    private int kind() {
        int need = Math.min(3, request.need());
        return isWrite() ? 4 + need : need;
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (answer instanceof PeerMessage.ForwardReply forwarded) {
            onReply(from, forwarded.reply());
        }
    }

    private void onReply(NodeId from, KeyReply done) {
        if (over) {
            return;
        }
        if (!(done instanceof KeyReply.Refused refused) || refused.outcome() != Outcome.NOT_APPLIED) {
            endHedge(from.equals(hedge));
            finish(done);
            return;
        }
        if (waiting.remove(from) == null) {
            return;
        }
        lastRefusal = refused;
        if (mayDoElsewhere(refused)) {
            if (waiting.isEmpty() || from.equals(newest)) {
                context.later(this::next);
            }
        } else if (waiting.isEmpty() || !isWrite()) {
            // Never as "not applied" while another home has been asked and is silent: it may have taken the write.
            finish(refused);
        }
    }

    /** Whether another home may do what this one could not. */
    private static boolean mayDoElsewhere(KeyReply.Refused refused) {
        return switch (refused.code()) {
            case INTERNAL, DISK_FULL, UNAVAILABLE -> true;
            // A level that a stalled home keeps from being reached is out of reach for every other home too.
            case OVERLOADED -> refused.need() == 0;
            default -> false;
        };
    }

    private void finish(KeyReply done) {
        if (!over) {
            over = true;
            endHedge(false);
            reply.accept(done);
        }
    }

    private void endHedge(boolean won) {
        if (hedge != null) {
            hedge = null;
            context.happened(won ? Shard.Event.HEDGE_WON : Shard.Event.HEDGE_LOST);
        }
    }

    private boolean isWrite() {
        return request instanceof KeyRequest.Put || request instanceof KeyRequest.Delete;
    }

    @Override
    public void abandon() {
        finish(Shard.abandoned(isWrite()));
    }

    @Override
    public boolean tick(long now) {
        if (over) {
            return true;
        }
        if (now >= deadline) {
            finish(new KeyReply.Refused(
                    ErrorCode.TIMEOUT,
                    isWrite() ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED,
                    "no home of the key answered before the deadline",
                    request.need(),
                    0,
                    ImmutableList.of(),
                    null));
            return true;
        }
        NodeId home = newest;
        // A node that is gone has taken no read.
        if (!isWrite() && waiting.keySet().retainAll(context.live) && (home == null || !waiting.containsKey(home))) {
            next(now);
            return over;
        }
        if (home == null || home.equals(context.self) || !waiting.containsKey(home)) {
            return over;
        }
        if (!context.live.contains(home) || now - newestAt >= patience(home)) {
            next(now);
        } else if (!hedgeTried && now - newestAt >= hedgeAfter(home)) {
            tryHedge(now);
        }
        return over;
    }

    /** How long a home is waited for before the next is asked whatever it costs. */
    private long patience(NodeId home) {
        long share = (deadline - started) * 2 / 5;
        return context.forwardTimes.silentSince(home, newestAt)
                ? Math.min(share, context.settings.pace().silentNanos())
                : share;
    }

    /**
     * How long before the next is asked within the budget. A keyed write leaves its first home only if that gives no sign:
     * whoever stands in for a home has keyed writes ask around for a while.
     */
    private long hedgeAfter(NodeId home) {
        long cap = context.settings.pace().forwardCapNanos();
        if (request instanceof KeyRequest.Explain) {
            return Long.MAX_VALUE;
        }
        if (keyed) {
            return context.forwardTimes.silentSince(home, newestAt) ? cap : Long.MAX_VALUE;
        }
        return context.forwardTimes.hedgeAfter(kind(), context.settings.pace().forwardFloorNanos(), cap);
    }

    private void tryHedge(long now) {
        if (!othersLeft()) {
            return;
        }
        hedgeTried = true;
        if ((isWrite() ? context.spareWrites : context.spareReads).spend()) {
            endHedge(false);
            hedge = coordinators.get(tried);
            next(now);
        } else {
            context.happened(Shard.Event.HEDGE_DENIED);
        }
    }
}
