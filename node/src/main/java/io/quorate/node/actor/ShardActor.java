package io.quorate.node.actor;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.shard.Figures;
import io.quorate.node.protocol.shard.Health;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.store.PartitionStore.Completion;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.node.serial.Inbox;
import io.quorate.node.serial.Outbox;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts a {@link Shard}: opens frames, keeps its time, gathers what it sends.
 *
 * <p>A turn is everything that was in the mailbox when the first outgoing message of the turn was made: that message puts
 * a FLUSH behind it, and when FLUSH comes up each peer gets one envelope. Nothing is ever held back to wait for more.
 */
public final class ShardActor extends AbstractBehavior<Received> {
    private static final Logger LOG = LoggerFactory.getLogger(ShardActor.class);
    private static final Duration BUSY_TICK = Duration.ofMillis(5);
    private static final Duration IDLE_TICK = Duration.ofMillis(100);
    /**
     * How long requests are begun before what came from other nodes has its turn: a longer turn makes every message wait
     * that long at each of its stops, and answers that take too long are asked for again.
     */
    private static final long SUBMITS_A_TURN_NANOS = 2_000_000L;

    /** After so long a time requests are begun though frames still wait. */
    private static final long SUBMITS_AT_LEAST_NANOS = 50_000_000L;

    private static final long PUBLISH_NANOS = 1_000_000_000L;

    /** So many waiting frames are handled before what they made is sent. */
    private static final int FRAMES_A_TURN = 64;

    private final Shard shard;
    private final Surroundings around;
    private final ActorRef<Received> self;
    private final TimerScheduler<Received> timers;
    private final Map<NodeId, Outbox> outboxes = new HashMap<>();
    private final Map<NodeId, Inbox<PeerMessage.Data>> inboxes = new HashMap<>();
    private final PeerQuarantine quarantine = new PeerQuarantine();
    private boolean flushDue;
    private long flushDueSince;
    private boolean framesStand;
    private long framesStandSince;
    private long startedAt;
    private boolean busy;
    private long publishedAt;

    /**
     * What the actor needs beside the shard.
     *
     * @param inlet filled by the store's thread and the door, with a wake-up for this actor
     * @param inFlight where the number of requests in flight is published
     * @param standInMillis where {@link Shard#standInMillis} is published
     * @param health where {@link Shard#health} is published
     * @param figures where {@link Shard#figures} are published, once a second
     * @param stamps when frames leave, and how old they are when they come
     * @param events what to count
     * @param ended called when the actor has stopped, for whatever reason
     */
    public record Surroundings(
            NodeId self,
            Transport transport,
            ShardInlet inlet,
            LongSupplier nanoClock,
            LongSupplier randomLongs,
            Stamps stamps,
            AtomicLong inFlight,
            AtomicLong standInMillis,
            AtomicReference<Health> health,
            AtomicReference<Figures> figures,
            PeerQuarantine.Listener decodeErrors,
            Consumer<Shard.Event> events,
            Runnable ended) {}

    private ShardActor(
            ActorContext<Received> context,
            TimerScheduler<Received> timers,
            Function<Shard.Output, Shard> shards,
            Surroundings around) {
        super(context);
        this.around = around;
        this.startedAt = around.nanoClock().getAsLong();
        this.timers = timers;
        this.self = context.getSelf();
        try {
            this.shard = shards.apply(new Output());
        } catch (RuntimeException e) {
            // Without a behaviour there is no signal of the end either.
            refuseAll(around.inlet());
            around.ended().run();
            throw e;
        }
        ActorRef<Received> me = self;
        around.inlet().onWake(() -> me.tell(ShardMessage.Signal.WAKE));
        // Two timers: the steady one also takes up what a full mailbox may have dropped of the other's.
        timers.startTimerWithFixedDelay("idle", ShardMessage.Signal.TICK, IDLE_TICK);
    }

    public static Behavior<Received> create(Function<Shard.Output, Shard> shards, Surroundings around) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new ShardActor(context, timers, shards, around)));
    }

    @Override
    public Receive<Received> createReceive() {
        return newReceiveBuilder()
                .onMessage(Frame.class, this::onFrame)
                .onMessage(Held.class, held -> {
                    open(held.frame());
                    return settled();
                })
                .onMessage(ShardMessage.Signal.class, this::onSignal)
                .onMessage(ShardMessage.Ask.class, ask -> {
                    ask.put(shard);
                    return this;
                })
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Received> onFrame(Frame frame) {
        take(frame);
        return settled();
    }

    private void take(Frame frame) {
        if (!around.transport().knows(frame.from())) {
            quarantine.noteStranger(frame.from(), now(), around.decodeErrors());
            return;
        }
        long hold = around.transport().admit(frame.from());
        if (hold < 0 || quarantine.isShut(frame.from(), now())) {
            return;
        }
        if (hold > 0) {
            getContext().scheduleOnce(Duration.ofNanos(hold), self, new Held(frame));
            return;
        }
        open(frame);
    }

    /** A frame that a fault has held back for its time. */
    private record Held(Frame frame) implements Received {}

    private void open(Frame frame) {
        long now = now();
        long[] age = {0};
        boolean[] sure = {false};
        try {
            inboxes.computeIfAbsent(frame.from(), id -> Inbox.ofData())
                    .open(
                            frame.data().unsafeArray(),
                            stamp -> {
                                age[0] = around.stamps().age(frame.from(), stamp, now);
                                sure[0] = around.stamps().knows(frame.from(), stamp);
                            },
                            message -> shard.onMessage(frame.from(), message, age[0], sure[0], now));
        } catch (DecodeException e) {
            quarantine.note(frame.from(), e, now, around.decodeErrors());
        }
    }

    private Behavior<Received> onSignal(ShardMessage.Signal signal) {
        return switch (signal) {
            case WAKE -> {
                takeUp();
                yield around.inlet().isStopping() ? Behaviors.stopped() : settled();
            }
            case FLUSH -> {
                tellBehind();
                flush();
                yield this;
            }
            case TICK -> {
                takeUp();
                tellBehind();
                // A full mailbox may have dropped the signal.
                flush();
                shard.tick(now());
                around.standInMillis().set(shard.standInMillis(now()));
                around.health().set(shard.health());
                publish();
                busy = shard.inFlight() > 0 || shard.purging();
                if (busy) {
                    timers.startSingleTimer("busy", ShardMessage.Signal.TICK, BUSY_TICK);
                }
                yield around.inlet().isStopping() ? Behaviors.stopped() : settled();
            }
        };
    }

    private void publish() {
        if (now() - publishedAt >= PUBLISH_NANOS) {
            publishedAt = now();
            around.figures().set(shard.figures());
        }
    }

    /** How long the oldest signal in the mailbox has waited, or frames without their queue being empty once. */
    private void tellBehind() {
        long now = now();
        shard.behind(Math.max(flushDue ? now - flushDueSince : 0, framesStand ? now - framesStandSince : 0));
    }

    private void flush() {
        flushDue = false;
        outboxes.values().forEach(Outbox::flush);
    }

    private void takeUp() {
        ShardInlet inlet = around.inlet();
        inlet.rearm();
        takeNews(inlet);
        // After that, as time must not go back for the shard.
        long now = now();
        for (Completion done = inlet.completions().poll();
                done != null;
                done = inlet.completions().poll()) {
            Throwable failure = done.failure();
            if (failure != null) {
                LOG.error("{}: the disk did not take a change: {}", around.self(), failure.getMessage());
            }
            shard.onCompletion(done, now);
        }
        takeFrames(inlet);
        startSubmits(inlet);
        if (inlet.hasFrames() || !inlet.submits().isEmpty()) {
            inlet.wakeForRest();
        }
    }

    private void takeNews(ShardInlet inlet) {
        ShardMessage.News news = inlet.takeNews();
        if (news != null) {
            long now = now();
            shard.onLosses(news.losses(), news.replicaCounts(), now);
            shard.onBucketsGone(news.goneGenerations());
            shard.onPeers(news.up(), now);
            around.health().set(shard.health());
        }
    }

    private void takeFrames(ShardInlet inlet) {
        for (int i = 0; i < FRAMES_A_TURN; i++) {
            // Before whatever a peer asks that has seen this node answer in the light of the news.
            takeNews(inlet);
            Frame frame = inlet.nextFrame();
            if (frame == null) {
                framesStand = false;
                return;
            }
            take(frame);
        }
        if (!framesStand) {
            framesStand = true;
            framesStandSince = now();
        }
    }

    /**
     * Begins requests, for a short time. What is in flight goes before what is new, or a node could begin more than it ends;
     * but while frames wait all the time, some requests are begun all the same.
     */
    private void startSubmits(ShardInlet inlet) {
        long now = now();
        if (framesStand && now - startedAt < SUBMITS_AT_LEAST_NANOS) {
            return;
        }
        startedAt = now;
        for (ShardMessage.Submit submit = inlet.submits().poll();
                submit != null;
                submit = inlet.submits().poll()) {
            start(submit);
            if (now() - now >= SUBMITS_A_TURN_NANOS) {
                return;
            }
        }
    }

    private void start(ShardMessage.Submit submit) {
        long now = now();
        long waited = now - submit.takenAt();
        if (submit.takenUp().test(waited)) {
            shard.onRequest(submit.request(), submit.timeoutNanos() - waited, submit.reply(), now);
        }
    }

    /** Whoever still waits is told that nothing will come. */
    private Behavior<Received> onStopped() {
        shard.abandon();
        refuseAll(around.inlet());
        around.inFlight().set(0);
        around.ended().run();
        return this;
    }

    /** From now on, whoever hands in a request. */
    private static void refuseAll(ShardInlet inlet) {
        inlet.onWake(() -> refuse(inlet));
        refuse(inlet);
    }

    private static void refuse(ShardInlet inlet) {
        inlet.rearm();
        for (ShardMessage.Submit submit = inlet.submits().poll();
                submit != null;
                submit = inlet.submits().poll()) {
            submit.reply()
                    .accept(KeyReply.Refused.of(
                            ErrorCode.UNAVAILABLE, Outcome.NOT_APPLIED, "this node has stopped; use another"));
        }
    }

    private Behavior<Received> settled() {
        int inFlight = shard.inFlight();
        around.inFlight().set(inFlight);
        if (inFlight > 0 && !busy) {
            busy = true;
            timers.startSingleTimer("busy", ShardMessage.Signal.TICK, BUSY_TICK);
        }
        return this;
    }

    private long now() {
        return around.nanoClock().getAsLong();
    }

    private final class Output implements Shard.Output {
        @Override
        public void send(NodeId to, PeerMessage.Data message) {
            outboxes.computeIfAbsent(
                            to,
                            id -> new Outbox(
                                    frame -> around.transport().send(to, Transport.Lane.DATA, frame),
                                    around.randomLongs().getAsLong(),
                                    around.stamps()::now))
                    .add(message);
            if (!flushDue) {
                flushDue = true;
                flushDueSince = now();
                self.tell(ShardMessage.Signal.FLUSH);
            }
        }

        @Override
        public void warn(String what) {
            LOG.warn("{}: {}", around.self(), what);
        }

        @Override
        public void happened(Shard.Event event) {
            around.events().accept(event);
        }

        @Override
        public void closed(RetiredActor actor, PartitionClock known) {
            LOG.warn(
                    "{}: partition {}: the writes that are missing in {} were lost with the disks that had them, or"
                            + " never made; nobody can bring them any more, and they count as applied",
                    around.self(),
                    actor.set().partition(),
                    known);
        }

        @Override
        public void corruption(String what) {
            LOG.warn("{}: damaged on disk: {}", around.self(), what);
            around.decodeErrors().corruptRecord();
        }
    }
}
