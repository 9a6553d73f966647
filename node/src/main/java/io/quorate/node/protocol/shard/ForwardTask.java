package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has one home after the other coordinate a request until one answers. The next home is asked when one goes down, is
 * silent for its share of the time, or cannot coordinate; all under the same request id, so that a write taken twice is
 * shown once.
 */
final class ForwardTask implements Task {
    private final Context context;
    private final KeyRequest request;
    private final List<NodeId> coordinators;
    private final long started;
    private final long deadline;
    private final Consumer<KeyReply> reply;
    private long id;
    private int tried;
    private boolean unanswered;
    private long attemptEnds;
    private @Nullable NodeId current;
    private KeyReply.@Nullable Refused lastRefusal;
    private boolean over;

    ForwardTask(
            Context context,
            KeyRequest request,
            List<NodeId> coordinators,
            long started,
            long deadline,
            Consumer<KeyReply> reply) {
        this.context = context;
        this.request = request;
        this.coordinators = coordinators;
        this.started = started;
        this.deadline = deadline;
        this.reply = reply;
    }

    void next(long now) {
        while (tried < coordinators.size() && !context.live.contains(coordinators.get(tried))) {
            tried++;
        }
        if (tried == coordinators.size()) {
            if (lastRefusal != null && !unanswered) {
                finish(lastRefusal);
            } else if (!unanswered) {
                finish(KeyReply.Refused.of(
                        ErrorCode.UNAVAILABLE, Outcome.NOT_APPLIED, "no home of the key can be reached"));
            }
            return;
        }
        NodeId home = coordinators.get(tried++);
        current = home;
        long share = (deadline - started) * 2 / 5;
        attemptEnds = tried == coordinators.size() ? deadline : Math.min(deadline, now + share);
        if (home.equals(context.self)) {
            Routing.coordinate(context, request, now, deadline, done -> onReply(home, done));
            return;
        }
        if (id == 0) {
            id = context.register(this);
        }
        context.send(
                home, new PeerMessage.Forward(id, request, Context.millisLeft(now, deadline), context.ring.epoch()));
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
        if (done instanceof KeyReply.Refused refused
                && refused.outcome() == Outcome.NOT_APPLIED
                && !from.equals(current)) {
            // What an earlier home did not do, told late or twice, says nothing of the one that is asked now.
            return;
        }
        if (done instanceof KeyReply.Refused refused && !isFinal(refused)) {
            lastRefusal = refused;
            context.later(this::next);
            return;
        }
        finish(done);
    }

    /**
     * A refusal ends the request unless another home may do what this one could not; and never as "not applied" while an
     * earlier home has been asked and is silent: it may have taken the write. A level that a stalled home keeps from being
     * reached is out of reach for every other home too.
     */
    private boolean isFinal(KeyReply.Refused refused) {
        if (refused.outcome() != Outcome.NOT_APPLIED) {
            return true;
        }
        if (unanswered) {
            return false;
        }
        return tried == coordinators.size()
                || !(refused.code() == ErrorCode.INTERNAL
                        || refused.code() == ErrorCode.DISK_FULL
                        || (refused.code() == ErrorCode.OVERLOADED && refused.need() == 0));
    }

    private void finish(KeyReply done) {
        if (!over) {
            over = true;
            reply.accept(done);
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
                    com.google.common.collect.ImmutableList.of(),
                    null));
            return true;
        }
        NodeId home = current;
        if (home != null && !home.equals(context.self) && (now >= attemptEnds || !context.live.contains(home))) {
            unanswered = true;
            current = null;
            next(now);
        }
        return over;
    }
}
