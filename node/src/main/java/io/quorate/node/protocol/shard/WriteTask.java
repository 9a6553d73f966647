package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.quorum.WriteCoordinator;
import io.quorate.node.protocol.replica.ObjectLimits;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.Commit.RequestEntry;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One write (a put or a delete) at the home that coordinates it: finds out whether it was taken before, makes it durable
 * here, and has a {@link WriteCoordinator} bring it to the other homes.
 */
final class WriteTask implements Task, WriteCoordinator.Port {

    private final Context context;
    private final KeyRequest request;
    private final RecordKey key;
    private final List<NodeId> homes;
    private final CausalContext seen;
    /** Whether what was seen was read here just now, and is no client's claim. */
    private final boolean pinned;

    private final long started;
    private final long deadline;
    private final Consumer<KeyReply> reply;
    private long id;
    private final Bytes hash;
    private final Inquiry inquiry;
    private @Nullable VersionedObject object;
    private @Nullable RequestEntry entry;
    private @Nullable WriteCoordinator coordinator;
    private boolean takenBefore;
    private boolean answered;
    private boolean over;

    private WriteTask(
            Context context,
            KeyRequest request,
            CausalContext seen,
            boolean pinned,
            List<NodeId> homes,
            long started,
            long deadline,
            Consumer<KeyReply> reply) {
        this.context = context;
        this.request = request;
        this.key = request.address().record();
        this.homes = homes;
        this.seen = seen;
        this.pinned = pinned;
        this.started = started;
        this.deadline = deadline;
        this.reply = reply;
        this.hash = requestId().explicit() ? requestHash(requestId()) : Bytes.EMPTY;
        this.inquiry = new Inquiry(context, key, homes, hash);
    }

    static void start(
            Context context,
            KeyRequest request,
            boolean pinned,
            List<NodeId> homes,
            long now,
            long deadline,
            Consumer<KeyReply> reply) {
        CausalContext seen = Writes.seenBy(request);
        WriteTask task = new WriteTask(context, request, seen, pinned, homes, now, deadline, reply);
        task.id = context.register(task);
        task.guarded(() -> task.begin(now));
    }

    /** Runs a step that touches the disk; what is wrong there ends this write and nothing else. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (CorruptRecordException e) {
            context.corruption(ReplicaSide.describe(key) + ": " + e.getMessage());
            finish(KeyReply.Refused.of(
                    ErrorCode.INTERNAL, unapplied(), "the record of the key is damaged at " + context.self));
            HealTask.start(context, key, context.self);
        } catch (StorageException e) {
            fail(e);
        }
    }

    private void begin(long now) {
        Replica replica = context.replicas.get(key.set());
        if (replica.claimsFuture(seen)) {
            refuseFuture();
            return;
        }
        if (!pinned && replica.isFromFuture(key, seen)) {
            finish(Writes.fromFuture(context, seen));
            return;
        }
        RequestEntry known = takenBefore(replica);
        if (known != null) {
            repeat(replica, known, now);
            return;
        }
        Version twin = hash.isEmpty() ? twin(replica, requestId()) : null;
        if (twin != null) {
            // The same request by another home: the same body over the same context.
            repeat(replica, new RequestEntry(Bytes.EMPTY, 0, bodyHash(), twin.dot(), seen.atLeast(twin.stamp())), now);
            return;
        }
        inquiry.begin(id, seen, replica.unheardOf(seen), now, deadline);
        if (!inquiry.isOpen()) {
            write(replica, now);
        }
    }

    private @Nullable RequestEntry takenBefore(Replica replica) {
        return hash.isEmpty() ? null : replica.findRequest(hash, context.era());
    }

    private void writeUnlessRefused(Replica replica, long now) {
        if (now >= deadline) {
            // This node slept, or the others were slow: what is late must not be begun.
            finish(Routing.expired(request));
        } else if (inquiry.neverWritten()) {
            refuseFuture();
        } else {
            // The home that took it may have told of the write itself meanwhile.
            RequestEntry known = takenBefore(replica);
            if (known != null) {
                repeat(replica, known, now);
            } else {
                write(replica, now);
            }
        }
    }

    private void refuseFuture() {
        refuse(
                ErrorCode.BAD_CONTEXT,
                "the context claims versions that were never written; read the key and write with the context of that"
                        + " read");
    }

    /** A live version that this very write has made before. */
    private @Nullable Version twin(Replica replica, KeyRequest.RequestId requestId) {
        if (!(request instanceof KeyRequest.Put)) {
            return null;
        }
        for (Version version : replica.newest(key).versions()) {
            if (version.requestId().equals(requestId.value())) {
                return version;
            }
        }
        return null;
    }

    private void write(Replica replica, long now) {
        Dot dot = replica.nextDot();
        CausalContext over = request.address().lastWriterWins() ? replica.overrule(key, seen) : seen;
        VersionedObject made = made(dot, over);
        int siblingsMax = request instanceof KeyRequest.Put ? request.address().maxSiblings() : Integer.MAX_VALUE;
        if (!hash.isEmpty()) {
            entry = new RequestEntry(hash, context.era(), bodyHash(), dot, over);
        }
        long commit = replica.applyOwn(key, made, entry, siblingsMax);
        if (commit < 0) {
            KeyState state = replica.read(key);
            finish(new KeyReply.Refused(
                    ErrorCode.TOO_MANY_SIBLINGS,
                    Outcome.NOT_APPLIED,
                    "too many siblings (" + siblingsMax + "): read them, merge them, and write the result with the"
                            + " context of that read",
                    0,
                    0,
                    ImmutableList.of(),
                    state.context().withoutTime()));
            return;
        }
        object = made;
        replicate(Writes.answerContext(over, dot), commit, now);
    }

    /** The write was taken before: brings exactly that to the level asked for now, and makes nothing new. */
    private void repeat(Replica replica, RequestEntry known, long now) {
        if (known.bodyHash() != bodyHash()) {
            refuse(
                    ErrorCode.IDEMPOTENCY_CONFLICT,
                    "the idempotency key was used for another body of this key; take a new one for a new write");
            return;
        }
        takenBefore = true;
        object = made(known.dot(), known.seen());
        entry = hash.isEmpty() ? null : known;
        long commit = replica.apply(key, object, null);
        boolean exact = request instanceof KeyRequest.Put && !request.address().lastWriterWins();
        CausalContext over = exact ? seen : known.seen();
        replicate(Writes.answerContext(over, known.dot()), commit, now);
    }

    /** The write as it travels: made anew with an old dot it is the same write again, and merges to nothing new. */
    private VersionedObject made(Dot dot, CausalContext over) {
        return Writes.made(context, request, dot, over);
    }

    private void replicate(CausalContext answer, long commit, long now) {
        inquiry.decided();
        KeyState after = context.replicas.get(key.set()).newest(key);
        if (request instanceof KeyRequest.Put put) {
            String growing = ObjectLimits.warning(after, put.value().length());
            if (growing != null) {
                context.warn(ReplicaSide.describe(key) + " has " + growing);
            }
        }
        WriteCoordinator.Written written =
                new WriteCoordinator.Written(answer, after.shown().size(), after.digest());
        WriteCoordinator made = new WriteCoordinator(
                context.self,
                homes,
                context.live,
                () -> request.address().sloppy() ? context.fallbacks(key.set()) : List.of(),
                request.need(),
                written,
                started,
                deadline,
                context.writeResends,
                this);
        context.replicas.whenDurable(
                key.set(),
                commit,
                (failure, later) -> {
                    if (failure != null) {
                        fail(failure);
                    } else if (!over) {
                        coordinator = made;
                        made.start(later);
                    }
                },
                now);
    }

    @Override
    public boolean replicate(NodeId home) {
        VersionedObject made = object;
        return made != null
                && context.send(
                        home,
                        new PeerMessage.Write(
                                id, key, made, origin(), entry, context.resendMillis(), context.ring.epoch()));
    }

    /** Others have been told that the actor of this write is over, and whatever made them think so, it is now. */
    private void endActor() {
        VersionedObject made = object;
        Replica replica = context.replicas.get(key.set());
        if (made != null
                && context.rules.appliedBy(made).stream()
                        .anyMatch(dot -> dot.actor().equals(replica.actor()))) {
            replica.endActor();
        }
    }

    /** What was taken before is here, whoever made it. */
    private Origin origin() {
        return takenBefore ? Origin.COPY : Origin.NEW;
    }

    @Override
    public void standIn(NodeId fallback, NodeId home) {
        VersionedObject made = object;
        if (made != null) {
            context.send(fallback, new PeerMessage.KeepHint(id, home, key, made, origin(), true, context.ring.epoch()));
        }
    }

    @Override
    public boolean keep(NodeId home) {
        VersionedObject made = object;
        return made != null && context.hints().keep(home, key, made);
    }

    @Override
    public void letGo() {
        WriteCoordinator running = coordinator;
        if (running != null) {
            running.leave();
        }
    }

    @Override
    public void reply(KeyReply done) {
        answered = true;
        reply.accept(done);
        context.tasks.answered(
                id, request instanceof KeyRequest.Put put ? put.value().length() : 0);
    }

    private void finish(KeyReply done) {
        over = true;
        inquiry.decided();
        reply.accept(done);
    }

    /** What can be said of a write that got nowhere here: a retry may have been taken the first time. */
    private Outcome unapplied() {
        return takenBefore ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED;
    }

    private void refuse(ErrorCode code, String detail) {
        finish(KeyReply.Refused.of(code, Outcome.NOT_APPLIED, detail));
    }

    private void fail(StorageException failure) {
        if (!over) {
            finish(KeyReply.Refused.of(
                    failure.diskFull() ? ErrorCode.DISK_FULL : ErrorCode.INTERNAL,
                    failure.attempted() ? Outcome.MAYBE_APPLIED : unapplied(),
                    "the disk of " + context.self + " did not take the write: " + failure.getMessage()));
        }
    }

    @Override
    public void disk(NodeId node, long now) {
        WriteCoordinator running = coordinator;
        if (!over && running != null) {
            running.lost(node, now);
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (over) {
            return;
        }
        WriteCoordinator running = coordinator;
        if (answer instanceof PeerMessage.WriteAck ack && running != null) {
            if (ack.status() == Status.RETIRED) {
                guarded(this::endActor);
            }
            running.answered(from, ack.status(), now);
        } else if (answer instanceof PeerMessage.FoundRequest found && inquiry.answered(from, found)) {
            guarded(() -> {
                RequestEntry known = found.request();
                Replica replica = context.replicas.get(key.set());
                if (known != null) {
                    repeat(replica, known, now);
                } else if (!inquiry.isOpen()) {
                    // Only now: one of those asked might have taken this very request before.
                    writeUnlessRefused(replica, now);
                }
            });
        }
    }

    @Override
    public boolean tick(long now) {
        if (over) {
            return true;
        }
        if (inquiry.isOpen()) {
            inquiry.tick(now);
            if (!inquiry.isOpen()) {
                guarded(() -> writeUnlessRefused(context.replicas.get(key.set()), now));
            }
            return over;
        }
        WriteCoordinator running = coordinator;
        if (running != null) {
            over = running.tick(now, context.live);
        } else if (now >= deadline) {
            finish(new KeyReply.Refused(
                    ErrorCode.TIMEOUT,
                    Outcome.MAYBE_APPLIED,
                    "the deadline passed before the disk of " + context.self + " had taken the write",
                    request.need(),
                    0,
                    ImmutableList.of(),
                    null));
        }
        return over;
    }

    @Override
    public void abandon() {
        if (!over && !answered) {
            finish(Shard.abandoned(true));
        }
    }

    private KeyRequest.RequestId requestId() {
        if (request instanceof KeyRequest.Put put) {
            return put.request();
        }
        if (request instanceof KeyRequest.Delete delete) {
            return delete.request();
        }
        throw new IllegalStateException("no write: " + request.getClass());
    }

    private Bytes requestHash(KeyRequest.RequestId requestId) {
        return Bytes.wrap(Hashing.murmur3_128()
                .newHasher()
                .putInt(key.generation())
                .putInt(key.bucket().length())
                .putString(key.bucket(), StandardCharsets.UTF_8)
                .putInt(key.key().length())
                .putBytes(key.key().unsafeArray())
                .putBytes(requestId.value().unsafeArray())
                .hash()
                .asBytes());
    }

    private long bodyHash() {
        return request instanceof KeyRequest.Put put ? bodyHash(put.contentType(), put.value()) : 0;
    }

    private static long bodyHash(String contentType, Bytes value) {
        return Hashing.murmur3_128()
                .newHasher()
                .putInt(contentType.length())
                .putString(contentType, StandardCharsets.UTF_8)
                .putBytes(value.unsafeArray())
                .hash()
                .asLong();
    }
}
