package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One single-threaded part of a node's data plane: the replicas of its partitions, the answers it owes other nodes, and
 * the requests that it forwards or coordinates. An actor hosts it in a node and the simulator in a test; both only bring
 * it inputs and carry its outputs.
 *
 * <p>Every input takes the time; deadlines and repetitions happen in {@link #tick}. What the shard sends to its own node
 * goes through a queue inside, so no method is ever entered twice.
 */
public final class Shard {
    private static final long SWEEP_NANOS = 100_000_000L;
    /** Behind by so much, a shard leaves all work that can wait. */
    private static final long BUSY_NANOS = 20_000_000L;

    private final RetiredActors retired;
    private final Replicas replicas;
    private final ReplicaSide replicaSide;
    private final Context context;
    private final Tasks tasks = new Tasks();
    private final Deque<Consumer<Long>> loopback = new ArrayDeque<>();
    private final BucketPurge purge;
    private final AntiEntropy antiEntropy;
    private final HintKeeper hints;
    private final AgreedTime agreedTime;
    private final Recovery recovery;
    private long sweptAt;
    private long behindNanos;

    /** Takes the messages that the shard wants sent. */
    public interface Output {
        void send(NodeId to, PeerMessage.Data message);

        /** A record or leaf of this node's disk cannot be trusted. */
        void corruption(String what);

        /** Something that its operators should look into, in words. */
        default void warn(String what) {}

        /** Something worth counting. */
        default void happened(Event event) {}

        /**
         * Rule E9: writes of an actor count as applied that nobody has and nobody can bring any more.
         *
         * @param known all others up to its last
         */
        default void closed(RetiredActor actor, PartitionClock known) {}
    }

    /** What a shard counts. */
    public enum Event {
        /** A home was sent what it lacked after the read had been answered. */
        REPAIRED_LATER,
        /** A home was given back a record that its disk had lost. */
        HEALED,
        /** A home's reply that came after the read was answered differed from the answer. */
        STALE_SEEN_LATE,
        /** A message of another node came when its time was over, and was not acted on. */
        LATE_DROPPED,
        /** Another home was asked for speed, and its answer was needed. */
        HEDGE_WON,
        /** Another home was asked for speed, and the first answered in time after all, or neither did. */
        HEDGE_LOST,
        /** Another home would have been asked for speed, but there was no room for more messages. */
        HEDGE_DENIED,
        /** A request that another node would have this one coordinate was refused because this one is behind. */
        FORWARD_REFUSED,
        /** A request was refused because a home that it needs answers nothing. */
        STALLED_HOME,
        /** Two homes have applied the same writes and do not hold the same versions. */
        TREE_ALARM,
        /** A write was not kept for a home that missed it, for want of room. */
        HINT_DROPPED,
        /** The gaps of an actor that is over were closed, durably. */
        GAPS_CLOSED
    }

    /** Opens what is on the disk, at the time {@code now} of the clock that its inputs come by. */
    public Shard(Surroundings surroundings, RingState ring, ShardSettings settings, long now) {
        this.agreedTime = new AgreedTime(
                surroundings.wallMillis(),
                surroundings.rules(),
                ring.membership().ids().size(),
                settings.maxDriftMillis());
        this.retired = new RetiredActors(surroundings.store(), surroundings.rules());
        this.replicas = new Replicas(surroundings, ring.partitions(), retired, agreedTime::read);
        NodeId self = surroundings.self();
        this.context = new Context(
                surroundings,
                ring,
                settings,
                replicas,
                tasks,
                agreedTime,
                loopback,
                (message, later) -> take(self, message, later));
        context.now = now;
        this.replicaSide = new ReplicaSide(context, retired);
        this.purge = new BucketPurge(context);
        this.recovery =
                new Recovery(context, surroundings.losses(), settings.exchange().isOn(), surroundings.exchangeRules());
        context.recoverWith(recovery);
        this.antiEntropy =
                new AntiEntropy(context, settings.exchange(), surroundings.exchangeRules(), recovery, retired);
        this.hints = new HintKeeper(context, surroundings.store(), retired, settings.hints(), surroundings.hintRules());
        context.keepHintsIn(hints);
        context.behind = antiEntropy::missed;
        replicas.openAll(context::corruption);
        recovery.started();
    }

    /**
     * Takes a client's request.
     *
     * @param timeoutNanos from now; the reply comes by then, and at once if the time is over: nobody waits for the effect
     * @param reply called exactly once, from within a method of this shard
     */
    public void onRequest(KeyRequest request, long timeoutNanos, Consumer<KeyReply> reply, long now) {
        context.at(now);
        if (timeoutNanos <= 0) {
            reply.accept(Routing.expired(request));
            return;
        }
        if (tasks.open() >= context.settings.inFlightMax()) {
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.OVERLOADED,
                    Outcome.NOT_APPLIED,
                    "this node has " + tasks.open() + " requests in flight, its limit; retry after a moment"));
            return;
        }
        Routing.start(context, request, now, now + timeoutNanos, reply);
        drain(now);
    }

    /** Takes a message of another node that was under way no time. */
    public void onMessage(NodeId from, PeerMessage.Data message, long now) {
        onMessage(from, message, 0, true, now);
    }

    /**
     * Takes a message of another node.
     *
     * @param age how long it was under way, in nanoseconds, waiting in either node included; or less if not {@code sure}
     * @throws DecodeException if it speaks of a partition or a number of replicas that this cluster does not have
     */
    public void onMessage(NodeId from, PeerMessage.Data message, long age, boolean sure, long now) {
        context.check(message);
        context.at(now);
        if (message instanceof PeerMessage.Forward forward) {
            onForward(from, forward, age, sure, now);
        } else if (isOfNoUse(message, age)) {
            context.happened(Event.LATE_DROPPED);
        } else {
            take(from, message, now);
        }
        drain(now);
    }

    /**
     * Nobody waits for the answer to a read whose time is over. A restored record that comes late was merged from what the
     * others had then, and they may have deleted it since; a copy, from what a disk had that may be lost since, and a gap
     * closed where it was. A new write is taken however late: it is a delta under its own dot and context, which merges to the
     * same whenever it comes, and taking it is what the sender wants even after it has answered. Answers are left to the task
     * that asked, which knows its own deadline.
     */
    private static boolean isOfNoUse(PeerMessage.Data message, long age) {
        if (message instanceof PeerMessage.Read read) {
            return age >= read.millisLeft() * 1_000_000L;
        }
        return message instanceof PeerMessage.Write write
                && ((write.origin() == Origin.REPAIR && age >= write.millisLeft() * 1_000_000L)
                        || (write.origin() == Origin.COPY && age >= GapTask.COPY_LIFE_NANOS));
    }

    private void take(NodeId from, PeerMessage.Data message, long now) {
        if (message instanceof PeerMessage.Write write) {
            replicaSide.onWrite(from, write);
        } else if (message instanceof PeerMessage.Read read) {
            replicaSide.onRead(from, read);
        } else if (message instanceof PeerMessage.FindRequest find) {
            replicaSide.onFindRequest(from, find, now);
        } else if (message instanceof PeerMessage.Forward forward) {
            onForward(from, forward, 0, true, now);
        } else if (message instanceof PeerMessage.WriteAck ack) {
            answer(from, ack.id(), ack, now);
        } else if (message instanceof PeerMessage.ReadReply read) {
            answer(from, read.id(), read, now);
        } else if (message instanceof PeerMessage.ForwardReply forwarded) {
            answer(from, forwarded.id(), forwarded, now);
        } else if (message instanceof PeerMessage.FoundRequest found) {
            answer(from, found.id(), found, now);
        } else if (message instanceof PeerMessage.KeepHint keep) {
            hints.onKeep(from, keep);
        } else if (message instanceof ExchangeMessage exchange) {
            antiEntropy.onExchange(from, exchange, now);
        } else {
            throw new IllegalStateException("no handler for " + message.getClass());
        }
    }

    private void onForward(NodeId from, PeerMessage.Forward forward, long age, boolean sure, long now) {
        Consumer<KeyReply> reply =
                done -> context.send(from, new PeerMessage.ForwardReply(forward.id(), forward.partition(), done));
        if (tasks.open() >= context.settings.inFlightMax()) {
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.OVERLOADED, Outcome.NOT_APPLIED, context.self + " has too many requests in flight"));
            return;
        }
        if (forward.epoch() != context.ring.epoch()) {
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "the request came from epoch " + forward.epoch() + " of the ring, and " + context.self
                            + " is in epoch " + context.ring.epoch() + "; retry"));
            return;
        }
        long deadline = now + forward.millisLeft() * 1_000_000L - age;
        if (deadline - now <= 0) {
            // Said, and truly: the age is an estimate, and whoever still waits can ask another home.
            context.happened(Event.LATE_DROPPED);
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "the request reached " + context.self + " after its deadline, " + age / 1_000_000
                            + " ms late; nothing was done"));
            return;
        }
        if (!sure && context.justWoken()) {
            // Of the few frames by which the age is measured each may have been held up itself.
            context.happened(Event.LATE_DROPPED);
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    context.self
                            + " has just woken from a pause, and cannot tell how long the request has waited; retry"));
            return;
        }
        if (behindNanos >= Math.min(deadline - now, context.settings.behindMaxNanos())) {
            context.happened(Event.FORWARD_REFUSED);
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.OVERLOADED,
                    Outcome.NOT_APPLIED,
                    context.self + " is behind with what it has been sent; retry after a moment"));
            return;
        }
        Routing.coordinate(context, forward.request(), now, deadline, reply);
    }

    private void answer(NodeId from, long id, PeerMessage.Data message, long now) {
        context.stalls.heard(from);
        if (message instanceof PeerMessage.ForwardReply) {
            context.forwardTimes.answered(from, id, now);
        } else if (message instanceof PeerMessage.ReadReply read) {
            context.readTimes.answered(from, id, now);
            context.forwardTimes.answered(from, id, now);
            if (context.answeredReads.isStale(read)) {
                context.happened(Event.STALE_SEEN_LATE);
            }
        }
        Task task = tasks.find(id);
        if (task != null) {
            task.onAnswer(from, message, now);
        } else if (message instanceof PeerMessage.WriteAck ack) {
            antiEntropy.onAck(from, ack, now);
            hints.onAck(from, ack, now);
        }
    }

    /**
     * How long this shard has been behind with what reaches it, in nanoseconds. Requests that another node would have it
     * coordinate are refused while that is too long: they have other homes to go to, and what is in flight already has not.
     */
    public void behind(long nanos) {
        behindNanos = nanos;
    }

    /** The store has finished a commit, or failed to. */
    public void onCompletion(PartitionStore.Completion completion, long now) {
        context.at(now);
        StorageException failure = completion.failure();
        Commit commit = completion.commit();
        if (failure != null) {
            if (awaits(commit)) {
                // One disk: what memory says of any may not be on it. The store is told once that all have forgotten.
                retired.fail();
                hints.fail(failure);
                replicas.fail(failure, now);
            }
        } else if (commit.set().equals(Commit.HINTS)) {
            hints.durable(commit);
        } else if (commit.set().equals(Commit.RETIRED)) {
            retired.durable(commit);
        } else {
            replicas.durable(commit, now);
        }
        drain(now);
    }

    private boolean awaits(Commit commit) {
        return hints.awaits(commit) || retired.awaits(commit) || replicas.awaits(commit);
    }

    /** Lets time pass: to be called every few milliseconds. */
    public void tick(long now) {
        context.at(now);
        agreedTime.at(now);
        tasks.tick(now);
        drain(now);
        if (now - sweptAt >= SWEEP_NANOS) {
            sweptAt = now;
            replicas.renewIfDue(context::corruption);
            replicas.sweep();
        }
        purge.step();
        antiEntropy.tick(now, behindNanos >= BUSY_NANOS);
        hints.tick(now, behindNanos >= BUSY_NANOS);
        drain(now);
    }

    /** The peers that are up have changed. */
    public void onPeers(ImmutableMap<NodeId, PeerInfo> up, long now) {
        context.at(now);
        context.peersChanged(up, now);
        recovery.peersChanged(now);
        antiEntropy.peersChanged();
        tick(now);
    }

    /**
     * What this node knows of data that it has lost.
     *
     * @param replicaCounts the n of all its buckets
     */
    public void onLosses(Losses losses, Set<Integer> replicaCounts, long now) {
        context.at(now);
        recovery.onLosses(losses, replicaCounts, now);
    }

    /** How this node stands beside the others. */
    public Health health() {
        return Health.of(recovery, hints.book().owed());
    }

    /**
     * The deletes of buckets that this node knows of.
     *
     * @param goneGenerations the last deleted generation of each name
     */
    public void onBucketsGone(ImmutableMap<String, Integer> goneGenerations) {
        context.gone = goneGenerations;
        purge.update();
    }

    /** What operators watch of the work in the background; some work, so not for every tick. */
    public Figures figures() {
        return Figures.of(hints.report(), hints.book().size(), exchanges(), antiEntropy.rounds(), context.wallMillis());
    }

    /** What is kept here for other homes. */
    public HintReport hints() {
        return new HintReport(hints.report(), hints.book().head(), hints.book().oldestRevision());
    }

    /** How far the replicas are known to be equal to those of the other homes. */
    public ExchangeReport exchanges() {
        return antiEntropy.report(context.now);
    }

    /** Has all replicas compared with the other homes, and their trees with their records, as soon as there is time. */
    public void compareAll() {
        antiEntropy.runAll();
    }

    /** Ends everything in flight; nothing may be called after it. */
    public void abandon() {
        tasks.abandon();
    }

    /** The answer of a request that its node can no longer bring to its end, nor hand on to another home. */
    static KeyReply abandoned(boolean write) {
        return KeyReply.Refused.of(
                ErrorCode.LEVEL_NOT_REACHED,
                write ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED,
                write
                        ? "this node stopped before the write had ended; read the key through another node, or retry there"
                                + " with the same idempotency key"
                        : "this node stopped before the read had ended; use another");
    }

    /** How long ago this node last stood in for an earlier home under an idempotency key, in milliseconds; -1 never. */
    public long standInMillis(long now) {
        return context.standInMillis(now);
    }

    /** Whether no request is in flight, no write goes on after its answer, and nothing waits for the disk. */
    public boolean idle() {
        return tasks.isEmpty() && replicas.idle() && hints.idle() && retired.idle();
    }

    /** Whether keys of deleted buckets are still to be looked for, at each tick. */
    public boolean purging() {
        return !purge.idle();
    }

    public int inFlight() {
        return tasks.open();
    }

    /** Answered writes that still go on to homes which have not taken them. */
    public int goingOn() {
        return tasks.tail();
    }

    /** Figures of the replicas opened so far. */
    public Counts counts() {
        return replicas.counts(hints.book().size());
    }

    /** What the replicas hold, keys with versions and versions; and writes kept for others, in keys. */
    public record Counts(long keys, long versions, long hints) {}

    /** For the simulator: whether this node may yet write under an actor. */
    public boolean isOwn(RetiredActor name) {
        return context.isFallbackActor(name.actor())
                || (replicas.opened().contains(name.set())
                        && replicas.get(name.set()).actor().equals(name.actor()));
    }

    /** For the simulator and for tests: the replica of a set if this shard has opened it. */
    public Replica replica(ReplicaSetId id) {
        return replicas.get(id);
    }

    private void drain(long now) {
        for (Consumer<Long> step = loopback.poll(); step != null; step = loopback.poll()) {
            step.accept(now);
        }
    }

    static Status statusOf(StorageException failure) {
        return failure.diskFull() ? Status.DISK_FULL : Status.FAILED;
    }
}
