package io.quorate.node.door;

import io.quorate.node.actor.NodeView;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.pace.FreezeWatch;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.wire.ContextCodec;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import io.quorate.ring.wire.SessionToken;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way into a node's data plane. Turns names, levels and tokens into a {@link KeyRequest}, refuses what is wrong or too
 * much before any work is done, and counts what goes through. Safe from any thread; never blocks.
 */
public final class Door {
    /** Where a request is refused before its bucket is found, its mode is taken to be this one. */
    private static final String LEADERLESS = "leaderless";

    private final RingState ring;
    private final Supplier<NodeView> view;
    private final DataPlane dataPlane;
    private final GroupPlane groups;
    private final NodeConfig.Limits limits;
    private final LongSupplier nanoClock;
    private final LongSupplier randomLongs;
    private final NodeMetrics metrics;
    private final FreezeWatch freezes;
    private final Admission admission;

    /** Takes requests to the shard that hosts their partition. */
    public interface DataPlane {
        /**
         * Hands a request over.
         *
         * @param timeoutNanos from now
         * @param takenUp told once, before the reply, how many nanoseconds the request waited until the shard took it up;
         *     false if the request is not to be begun, and has its reply
         * @param reply called once
         */
        void submit(KeyRequest request, long timeoutNanos, LongPredicate takenUp, Consumer<KeyReply> reply);
    }

    /** Takes requests for leader buckets to the group of their key; as {@link DataPlane} does. */
    public interface GroupPlane {
        void submit(LedRequest request, long timeoutNanos, LongPredicate takenUp, Consumer<KeyReply> reply);
    }

    /**
     * A key as a caller names it.
     *
     * @param sloppy whether other nodes may stand in for homes; null if the bucket is to say
     * @param timeoutNanos from now to the latest answer
     * @param led what is asked of a leader bucket besides
     */
    public record Call(
            String bucket,
            Bytes key,
            Strength strength,
            @Nullable Boolean sloppy,
            long timeoutNanos,
            Led led) {
        /** A call that asks nothing that only leader buckets have. */
        public Call(String bucket, Bytes key, Strength strength, @Nullable Boolean sloppy, long timeoutNanos) {
            this(bucket, key, strength, sloppy, timeoutNanos, Led.NONE);
        }
    }

    /**
     * What only a leader bucket can be asked.
     *
     * @param session token of an earlier answer; null for none
     * @param maxLagMillis of a read that any replica may answer; -1 for any
     */
    public record Led(Condition condition, @Nullable String session, int maxLagMillis) {
        public static final Led NONE = new Led(Condition.NONE, null, -1);
    }

    /**
     * A reply and what is needed to render it.
     *
     * @param address null if the request was refused before its bucket was found
     * @param level as it goes into the answer, empty if unknown
     * @param session what the caller's session had seen before
     * @param micros from taking the request to its reply
     */
    public record Answer(
            @Nullable KeyAddress address, String level, KeyReply reply, long epoch, SessionToken session, long micros) {
        /** What the session has seen with this answer. */
        public SessionToken seen() {
            KeyReply.Standing standing = reply.standing();
            return address == null || standing == null
                    ? session
                    : session.with(
                            address.partition(),
                            standing.seen().term(),
                            standing.seen().index());
        }

        /** The token that a refusal brings: of what stood in the way, of nothing where a group decided; empty if it has none. */
        public String refusedToken() {
            if (!(reply instanceof KeyReply.Refused refused) || address == null) {
                return "";
            }
            CausalContext context = refused.standing() == null ? refused.context() : CausalContext.EMPTY;
            return context == null ? "" : token(context);
        }

        /** What the session has seen with a refusal that a group decided; empty for any other. */
        public String refusedSession() {
            return reply.standing() == null ? "" : seen().toText();
        }

        /** The token of a context of this answer's key. */
        public String token(CausalContext context) {
            if (address == null) {
                throw new IllegalStateException("no key, no context");
            }
            List<Dot> shown =
                    reply instanceof KeyReply.ReadDone done ? done.state().dots() : context.dots();
            return ContextCodec.encode(context, shown, Inputs.scope(address.record()));
        }
    }

    public Door(
            RingState ring,
            Supplier<NodeView> view,
            DataPlane dataPlane,
            GroupPlane groups,
            NodeConfig.Limits limits,
            QueueLimit.Settings queue,
            LongSupplier nanoClock,
            LongSupplier randomLongs,
            NodeMetrics metrics,
            FreezeWatch freezes) {
        this.freezes = freezes;
        this.ring = ring;
        this.view = view;
        this.dataPlane = dataPlane;
        this.groups = groups;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.randomLongs = randomLongs;
        this.metrics = metrics;
        this.admission = new Admission(limits, queue, metrics);
    }

    public void get(Call call, Consumer<Answer> answer) {
        run(
                "get",
                call,
                0,
                answer,
                (bucket, address, checked) -> new KeyRequest.Get(address, checked.need()),
                (bucket, key) -> LedCalls.read(bucket, key, call));
    }

    /**
     * Writes a value.
     *
     * @param context a token from an earlier answer, or null for a blind write
     * @param idempotencyKey null to have one made
     */
    public void put(
            Call call,
            @Nullable String context,
            Bytes value,
            String contentType,
            @Nullable String idempotencyKey,
            Consumer<Answer> answer) {
        run(
                "put",
                call,
                value.length(),
                answer,
                (bucket, address, checked) -> {
                    Inputs.checkValue(value, contentType, limits.maxValueBytes());
                    CausalContext seen = context == null ? CausalContext.EMPTY : Inputs.open(context, address.record());
                    return new KeyRequest.Put(
                            address, checked.need(), seen, value, contentType, requestId(idempotencyKey));
                },
                (bucket, key) -> {
                    Inputs.checkValue(value, contentType, limits.maxValueBytes());
                    Inputs.checkContext(context, key);
                    LedRequest.Value content = new LedRequest.Value(value, contentType);
                    return LedCalls.write(bucket, key, call, content, requestId(idempotencyKey));
                });
    }

    /** Deletes what the context covers, or without one what a read at the same level sees. */
    public void delete(Call call, @Nullable String context, @Nullable String idempotencyKey, Consumer<Answer> answer) {
        run(
                "delete",
                call,
                0,
                answer,
                (bucket, address, checked) -> new KeyRequest.Delete(
                        address,
                        checked.need(),
                        context == null ? null : Inputs.open(context, address.record()),
                        requestId(idempotencyKey)),
                (bucket, key) -> {
                    Inputs.checkContext(context, key);
                    return LedCalls.write(bucket, key, call, null, requestId(idempotencyKey));
                });
    }

    public void explain(Call call, Consumer<Answer> answer) {
        run(
                "explain",
                call,
                0,
                answer,
                (bucket, address, checked) -> new KeyRequest.Explain(address),
                (bucket, key) -> new LedRequest.Explain(key));
    }

    /** Refuses new requests from now on. */
    public void close() {
        admission.close();
    }

    public int inFlight() {
        return admission.inFlight();
    }

    /** Bytes of bodies in flight, those that are still to come with them. */
    public long bytesInFlight() {
        return admission.bytesInFlight();
    }

    /** Requests that wait for the data plane. */
    public int waiting() {
        return admission.waiting();
    }

    /** How many of them may wait now. */
    public int waitingMax() {
        return admission.limit();
    }

    /**
     * For ways in that can refuse before they read or parse anything.
     *
     * @throws RefusedException if this node has no room for another request now
     */
    public void check(String operation) {
        try {
            admission.check();
        } catch (RefusedException e) {
            metrics.request(operation, LEADERLESS, "", e.refusal().code().text(), 0);
            throw e;
        }
    }

    private void refuseIfJustWoken() {
        long pause = freezes.justWoken(nanoClock.getAsLong());
        if (pause > 0) {
            metrics.count("quorate.refusals", "cause", "frozen");
            throw new RefusedException(
                    ErrorCode.UNAVAILABLE,
                    "this node has just woken from a pause of " + Math.round(pause / 1e8) / 10.0
                            + " s, and cannot tell how long the request has waited; retry");
        }
    }

    private interface Maker {
        KeyRequest make(BucketDefinition bucket, KeyAddress address, Strength.Checked checked);
    }

    private interface LedMaker {
        LedRequest make(BucketDefinition bucket, RecordKey key);
    }

    /** Hands a checked request over. */
    private interface Handover {
        void submit(LongPredicate takenUp, Consumer<KeyReply> reply);
    }

    private void run(String operation, Call call, int bytes, Consumer<Answer> answer, Maker maker, LedMaker ledMaker) {
        long from = nanoClock.getAsLong();
        KeyAddress address = null;
        String level = "";
        SessionToken session = SessionToken.EMPTY;
        Handover handover;
        Admission.Ticket ticket;
        try {
            NodeView known = view.get();
            BucketEntry entry = known.bucket(call.bucket());
            if (entry == null && !known.knowsAllBuckets()) {
                throw new RefusedException(
                        ErrorCode.UNAVAILABLE,
                        "this node's disk is new, and it has not heard of all buckets yet; retry, or ask another node");
            }
            if (entry == null) {
                throw new RefusedException(
                        ErrorCode.NO_SUCH_BUCKET,
                        "there is no bucket " + call.bucket() + "; make it with PUT /v1/buckets/" + call.bucket());
            }
            Inputs.checkKey(call.key());
            BucketDefinition bucket = entry.definition();
            boolean read = operation.equals("get") || operation.equals("explain");
            if (bucket.isLed()) {
                address = address(entry, call.key(), null);
                LedRequest request = ledMaker.make(bucket, address.record());
                level = LedCalls.levelOf(request);
                session = LedCalls.session(call.led());
                handover = (takenUp, reply) -> groups.submit(request, call.timeoutNanos(), takenUp, reply);
            } else {
                LedCalls.refuseIn(bucket, call.led());
                Strength.Checked checked = Levels.check(call.strength(), read ? bucket.read() : bucket.write(), bucket);
                level = checked.name();
                address = address(entry, call.key(), call.sloppy());
                KeyRequest request = maker.make(bucket, address, checked);
                handover = (takenUp, reply) -> dataPlane.submit(request, call.timeoutNanos(), takenUp, reply);
            }
            refuseIfJustWoken();
            ticket = admission.admit(bytes, call.timeoutNanos());
        } catch (RefusedException e) {
            finish(operation, from, new Answer(address, level, e.refusal(), ring.epoch(), session, 0), true, answer);
            return;
        }
        KeyAddress at = address;
        String named = level;
        SessionToken seenBefore = session;
        Consumer<KeyReply> done = reply -> {
            if (ticket.end()) {
                if (isOverloaded(reply) && !ticket.late()) {
                    metrics.count("quorate.refusals", "cause", "data-plane");
                }
                long micros = (nanoClock.getAsLong() - from) / 1_000;
                Answer given = new Answer(at, named, reply, ring.epoch(), seenBefore, micros);
                finish(operation, from, given, !ticket.late(), answer);
            }
        };
        handover.submit(
                waited -> {
                    boolean begins = ticket.takenUp(waited, nanoClock.getAsLong());
                    if (!begins) {
                        done.accept(spent(waited));
                    }
                    return begins;
                },
                done);
    }

    /** The answer to what waited so long for the data plane that too little of its time is left. */
    static KeyReply.Refused spent(long waitedNanos) {
        return refusal(
                ErrorCode.OVERLOADED,
                "this node came to the request after " + waitedNanos / 1_000_000
                        + " ms, with too little of its time left; nothing was done. Retry after a moment, or use another node");
    }

    private static boolean isOverloaded(KeyReply reply) {
        return reply instanceof KeyReply.Refused refused && refused.code() == ErrorCode.OVERLOADED;
    }

    /** Counts an answer and gives it; one that was never begun has been counted as a refusal already. */
    private void finish(String operation, long from, Answer answer, boolean begun, Consumer<Answer> to) {
        KeyReply reply = answer.reply();
        String outcome = "ok";
        if (reply instanceof KeyReply.Refused refused) {
            outcome = refused.code().text();
            if (begun
                    && (refused.code() == ErrorCode.UNAVAILABLE
                            || refused.code().status() == 504)) {
                metrics.count("quorate.level.shortfalls", "code", outcome);
            } else if (refused.code() == ErrorCode.DISK_FULL) {
                metrics.count("quorate.refusals", "cause", "disk-full");
            }
        } else if (reply instanceof KeyReply.ReadDone done) {
            metrics.siblings(done.reached().siblings());
            if (done.reached().repaired() > 0) {
                metrics.count("quorate.reads.repaired", "how", "blocking");
            }
        }
        KeyAddress address = answer.address();
        boolean led = address != null && address.record().set().led();
        if (!led) {
            // A leader does not time its followers.
            replicasOf(reply)
                    .forEach(replica ->
                            metrics.replicaRequest(replica.node().value(), replica.result(), replica.micros()));
        }
        String mode = led ? "leader" : LEADERLESS;
        metrics.request(operation, mode, answer.level(), outcome, nanoClock.getAsLong() - from);
        to.accept(answer);
    }

    private static List<KeyReply.ReplicaResult> replicasOf(KeyReply reply) {
        if (reply instanceof KeyReply.ReadDone done) {
            return done.reached().replicas();
        }
        if (reply instanceof KeyReply.WriteDone done) {
            return done.reached().replicas();
        }
        return reply instanceof KeyReply.Refused refused ? refused.replicas() : List.of();
    }

    /**
     * Makes room for a body that is still to come, so that what many callers send slowly is bounded too.
     *
     * @return gives the room back
     * @throws RefusedException if there is none
     */
    public Runnable reserve(long bytes) {
        return admission.reserve(bytes);
    }

    private KeyAddress address(BucketEntry entry, Bytes key, @Nullable Boolean sloppy) {
        BucketDefinition bucket = entry.definition();
        long token = TokenHash.tokenOf(bucket.name(), key);
        ReplicaSetId set = new ReplicaSetId(bucket.n(), ring.partitions().partitionOf(token), bucket.isLed());
        return new KeyAddress(
                new RecordKey(set, token, bucket.name(), entry.generation(), key),
                bucket.readRepair(),
                bucket.maxSiblings(),
                bucket.conflicts(),
                sloppy == null ? bucket.sloppy() : sloppy);
    }

    private RequestId requestId(@Nullable String idempotencyKey) {
        if (idempotencyKey == null) {
            // Begins with a byte that no client can send, so it never equals a client's.
            return new RequestId(
                    new ByteSink(9).u8(0).u64(randomLongs.getAsLong()).toBytes(), false);
        }
        if (idempotencyKey.isEmpty() || idempotencyKey.length() > 64) {
            throw new RefusedException(
                    ErrorCode.BAD_REQUEST,
                    HttpNames.IDEMPOTENCY_KEY + " has " + idempotencyKey.length()
                            + " characters; it needs 1 to 64 visible ones");
        }
        for (int i = 0; i < idempotencyKey.length(); i++) {
            char c = idempotencyKey.charAt(i);
            if (c < 0x21 || c > 0x7e) {
                throw new RefusedException(
                        ErrorCode.BAD_REQUEST,
                        HttpNames.IDEMPOTENCY_KEY + " contains a character that is not visible ASCII");
            }
        }
        return new RequestId(Bytes.ofUtf8(idempotencyKey), true);
    }

    /** The levels a bucket may be given as its default. */
    public static boolean canBeDefault(ConsistencyLevel level, int n) {
        return level.need(n) <= n;
    }

    /** How a default level that no leaderless bucket can have is refused. */
    public static KeyReply.Refused wrongLevel(String level, String bucket) {
        return Levels.refusal(level, bucket).refusal();
    }

    /** For ways in that find something wrong before the door does. */
    public static KeyReply.Refused refusal(ErrorCode code, String detail) {
        return KeyReply.Refused.of(code, Outcome.NOT_APPLIED, detail);
    }
}
