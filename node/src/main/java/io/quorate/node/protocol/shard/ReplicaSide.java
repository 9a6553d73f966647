package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionedObject;
import org.jspecify.annotations.Nullable;

/** What this node does for coordinators elsewhere (and for its own, through the loop inside the shard). */
final class ReplicaSide {
    private final Context context;
    private final RetiredActors retired;

    ReplicaSide(Context context, RetiredActors retired) {
        this.context = context;
        this.retired = retired;
    }

    /** A replica's answer to a read. */
    record Answer(Status status, long digest, @Nullable KeyState state) {
        static final Answer CORRUPT = new Answer(Status.CORRUPT, 0, null);
        static final Answer FAILED = new Answer(Status.FAILED, 0, null);
        static final Answer NO_HINT = new Answer(Status.NO_HINT, 0, null);
        static final Answer LAGGING = new Answer(Status.LAGGING, 0, null);
        static final Answer STALE = new Answer(Status.STALE_BUCKET, 0, null);
    }

    void onWrite(NodeId from, PeerMessage.Write write) {
        RecordKey key = write.key();
        if (context.isGone(key.bucket(), key.generation())) {
            ack(from, write, Status.STALE_BUCKET);
            return;
        }
        if (write.origin() == Origin.NEW && retired.wrote(key.set(), write.object())) {
            ack(from, write, Status.RETIRED);
            return;
        }
        try {
            Replica replica = context.replicas.get(key.set());
            long commit = write.origin() == Origin.REPAIR
                    ? replica.restore(key, write.object())
                    : replica.apply(key, write.object(), write.request());
            context.replicas.whenDurable(
                    key.set(),
                    commit,
                    (failure, now) -> ack(from, write, failure == null ? Status.OK : Shard.statusOf(failure)),
                    0);
        } catch (CorruptRecordException e) {
            context.corruption(describe(key) + ": " + e.getMessage());
            ack(from, write, Status.CORRUPT);
        } catch (StorageException e) {
            ack(from, write, Shard.statusOf(e));
        }
    }

    private void ack(NodeId to, PeerMessage.Write write, Status status) {
        context.send(to, new PeerMessage.WriteAck(write.id(), write.partition(), status));
    }

    void onRead(NodeId from, PeerMessage.Read read) {
        Answer answer = read(context, read.key(), read.want());
        context.send(
                from,
                new PeerMessage.ReadReply(
                        read.id(), read.partition(), read.want(), answer.status(), answer.digest(), answer.state()));
    }

    static Answer read(Context context, RecordKey key, Want want) {
        if (context.isGone(key.bucket(), key.generation())) {
            return Answer.STALE;
        }
        try {
            if (want == Want.HINTED) {
                VersionedObject held = context.hints().book().held(key);
                return held == null
                        ? Answer.NO_HINT
                        : new Answer(Status.OK, held.state().digest(), held.state());
            }
            Replica replica = context.replicas.get(key.set());
            if (want != Want.MENDING && !context.mayAnswer(key.set())) {
                return Answer.LAGGING;
            }
            if (want == Want.DIGEST) {
                KeyState whole = replica.read(key);
                return new Answer(Status.OK, whole.digest(), new KeyState(ImmutableList.of(), whole.context()));
            }
            KeyState state = want == Want.PROVED || want == Want.MENDING ? replica.readProved(key) : replica.read(key);
            if (state == null) {
                context.corruption(describe(key) + ": its leaf of the hash tree does not match the records");
                return Answer.CORRUPT;
            }
            return new Answer(Status.OK, state.digest(), state);
        } catch (CorruptRecordException e) {
            context.corruption(describe(key) + ": " + e.getMessage());
            return Answer.CORRUPT;
        } catch (StorageException e) {
            return Answer.FAILED;
        }
    }

    /**
     * Says whether a keyed write was taken here. If this home is about to decide that itself, the earlier home goes first:
     * a later one is answered when the earlier one has decided, and waits for that, so that the two do not both take it.
     */
    void onFindRequest(NodeId from, PeerMessage.FindRequest find, long now) {
        if (!find.request().isEmpty()) {
            context.asksAbout(find.key(), from, now);
            Inquiry undecided = context.undecided.get(find.request());
            if (undecided != null && undecided.goesBefore(from)) {
                undecided.whenDecided(() -> tellOf(from, find));
                return;
            }
        }
        tellOf(from, find);
    }

    private void tellOf(NodeId from, PeerMessage.FindRequest find) {
        try {
            Replica replica = context.replicas.get(find.key().set());
            Commit.RequestEntry known =
                    find.request().isEmpty() ? null : replica.findRequest(find.request(), context.era());
            boolean neverWritten = replica.claimsFuture(find.claimed());
            // Its dot may leave this node only when it is durable.
            context.replicas.whenDurable(
                    find.key().set(),
                    replica.commitOf(find.request()),
                    (failure, later) -> {
                        if (failure == null) {
                            context.send(
                                    from,
                                    new PeerMessage.FoundRequest(find.id(), find.partition(), known, neverWritten));
                        }
                    },
                    0);
        } catch (CorruptRecordException | StorageException e) {
            // No answer: "not taken here" would be one, and it is not known to be true.
            context.corruption(describe(find.key()) + ": " + e.getMessage());
        }
    }

    static String describe(RecordKey key) {
        return "partition " + key.set().partition() + ", bucket " + key.bucket() + ", key of "
                + key.key().length() + " bytes at token " + Long.toHexString(key.token());
    }
}
