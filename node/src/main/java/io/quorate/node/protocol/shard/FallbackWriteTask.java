package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.quorum.WriteCoordinator;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A write that no home can be reached for: this node, which is none, coordinates it under an actor of its own (rule E8) and
 * keeps it, as others do, until a home takes it. Nothing of it is shown by a home before that.
 */
final class FallbackWriteTask implements Task, WriteCoordinator.Port {
    private final Context context;
    private final KeyRequest request;
    private final RecordKey key;
    private final VersionedObject object;
    private final Origin origin;
    private final Consumer<KeyReply> reply;
    private final WriteCoordinator coordinator;
    private final long id;
    private boolean answered;
    private boolean over;

    private FallbackWriteTask(
            Context context,
            KeyRequest request,
            List<NodeId> homes,
            VersionedObject object,
            Origin origin,
            WriteCoordinator.Written written,
            long now,
            long deadline,
            Consumer<KeyReply> reply) {
        this.context = context;
        this.request = request;
        this.key = request.address().record();
        this.object = object;
        this.origin = origin;
        this.reply = reply;
        List<NodeId> fallbacks = new ArrayList<>(context.fallbacks(key.set()));
        fallbacks.remove(context.self);
        fallbacks.add(0, context.self);
        this.coordinator = new WriteCoordinator(
                context.self,
                homes,
                Set.of(),
                () -> fallbacks,
                request.need(),
                written,
                now,
                deadline,
                context.writeResends,
                this);
        this.id = context.register(this);
    }

    static void start(
            Context context,
            KeyRequest request,
            List<NodeId> homes,
            long now,
            long deadline,
            Consumer<KeyReply> reply) {
        RecordKey key = request.address().record();
        VersionedObject kept = context.hints().book().newest(key);
        KeyState local = kept == null ? KeyState.EMPTY : kept.state();
        CausalContext seen = Writes.seenBy(request);
        boolean isNews = seen.time().isAfter(local.time()) && seen.time().isAfter(context.replicas.latest());
        if (isNews && context.agreedTime.read().isTooFarAhead(seen.time())) {
            reply.accept(Writes.fromFuture(context, seen));
            return;
        }
        Version twin = twin(local, request);
        CausalContext over = seen;
        if (twin != null) {
            over = seen.atLeast(twin.stamp());
        } else if (request.address().lastWriterWins()) {
            over = context.overruled(seen, local);
        }
        Dot dot = twin != null ? twin.dot() : context.nextFallbackDot(key.set());
        VersionedObject made = Writes.made(context, request, dot, over);
        KeyState after = context.rules.merge(local, made.state());
        if (twin == null
                && request instanceof KeyRequest.Put
                && after.shown().size() > Math.max(1, request.address().maxSiblings())) {
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.TOO_MANY_SIBLINGS,
                    Outcome.NOT_APPLIED,
                    "too many siblings (" + request.address().maxSiblings()
                            + ") are kept for the homes of the key, none of which can be reached"));
            return;
        }
        WriteCoordinator.Written written = new WriteCoordinator.Written(
                Writes.answerContext(request.address().lastWriterWins() ? over : seen, dot),
                after.shown().size(),
                after.digest());
        FallbackWriteTask task = new FallbackWriteTask(
                context, request, homes, made, twin == null ? Origin.NEW : Origin.COPY, written, now, deadline, reply);
        if (twin == null) {
            context.tookFallbackDot(key.set());
        }
        task.coordinator.start(now);
    }

    /** The same write, kept before: a retry makes no second version. */
    private static @Nullable Version twin(KeyState local, KeyRequest request) {
        if (!(request instanceof KeyRequest.Put put)) {
            return null;
        }
        for (Version version : local.versions()) {
            if (version.requestId().equals(put.request().value())
                    && version.value().equals(put.value())
                    && version.contentType().equals(put.contentType())) {
                return version;
            }
        }
        return null;
    }

    @Override
    public boolean replicate(NodeId home) {
        return context.send(
                home,
                new PeerMessage.Write(id, key, object, origin, null, context.resendMillis(), context.ring.epoch()));
    }

    @Override
    public void standIn(NodeId fallback, NodeId home) {
        if (fallback.equals(context.self)) {
            context.hints()
                    .keep(
                            home,
                            key,
                            object,
                            true,
                            status -> context.later(now -> coordinator.answered(fallback, status, now)));
        } else {
            context.send(fallback, new PeerMessage.KeepHint(id, home, key, object, origin, true, context.ring.epoch()));
        }
    }

    @Override
    public boolean keep(NodeId home) {
        return context.hints().keep(home, key, object);
    }

    @Override
    public void reply(KeyReply done) {
        if (!answered) {
            answered = true;
            reply.accept(done);
            context.tasks.answered(
                    id, request instanceof KeyRequest.Put put ? put.value().length() : 0);
        }
    }

    @Override
    public void disk(NodeId node, long now) {
        if (!over) {
            coordinator.lost(node, now);
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (answer instanceof PeerMessage.WriteAck ack && !over) {
            coordinator.answered(from, ack.status(), now);
        }
    }

    @Override
    public boolean tick(long now) {
        over |= coordinator.tick(now, context.live);
        return over;
    }

    @Override
    public void letGo() {
        coordinator.leave();
    }

    @Override
    public void abandon() {
        if (!answered) {
            answered = true;
            reply.accept(Shard.abandoned(true));
        }
    }
}
