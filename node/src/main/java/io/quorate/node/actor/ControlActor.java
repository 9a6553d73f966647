package io.quorate.node.actor;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.node.protocol.liveness.Disks;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.shard.Health;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.serial.ControlCodec;
import io.quorate.node.serial.FrameCodec;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts {@link Liveness} and the {@link BucketRegistry}: what a node knows of the others and of buckets. Publishes a
 * {@link NodeView} at every change. It runs on a thread of its own, because it writes definitions to disk.
 */
public final class ControlActor extends AbstractBehavior<Received> {
    private static final Logger LOG = LoggerFactory.getLogger(ControlActor.class);
    private static final Duration TICK = Duration.ofMillis(50);
    private static final int ENTRIES_A_MESSAGE = 250;
    private static final long SPREAD_NANOS = 500_000_000L;
    private static final long SAVE_AGAIN_NANOS = 2_000_000_000L;

    private final Surroundings around;
    private final Liveness liveness;
    private final BucketRegistry registry;
    private final Disks disks;
    private final Set<NodeId> sameBuckets = new HashSet<>();
    private Losses published;
    private final ControlCodec codec = new ControlCodec();
    private final PeerQuarantine quarantine = new PeerQuarantine();
    private final List<Spreading> spreading = new ArrayList<>();
    private final Map<NodeId, Long> offeredAt = new HashMap<>();
    private ImmutableMap<NodeId, PeerInfo> lastUp = ImmutableMap.of();
    private final Told told = new Told();
    private boolean unsaved;
    private long triedToSaveAt;

    /**
     * What the actor needs.
     *
     * @param health how the data plane stands beside the others
     * @param save makes definitions durable before it returns
     * @param standInMillis and {@code island}: see {@link PeerMessage.Ping}
     * @param ended called when the actor has stopped, for whatever reason
     */
    public record Surroundings(
            NodeId self,
            long epoch,
            Transport transport,
            LongSupplier nanoClock,
            LongSupplier wallMillis,
            Stamps stamps,
            LongSupplier standInMillis,
            LongSupplier island,
            Supplier<Health> health,
            Consumer<List<BucketEntry>> save,
            Consumer<NodeView> publish,
            PeerQuarantine.Listener decodeErrors,
            Runnable ended) {}

    /** A change on its way to the peers that were up when it was made. */
    private record Spreading(String bucket, Set<NodeId> waiting, long until, Runnable done) {}

    private ControlActor(
            ActorContext<Received> context,
            Surroundings around,
            Liveness liveness,
            BucketRegistry registry,
            Disks disks) {
        super(context);
        this.disks = disks;
        this.published = losses();
        this.around = around;
        this.liveness = liveness;
        this.registry = registry;
        publish();
    }

    public static Behavior<Received> create(
            Surroundings around, Liveness liveness, BucketRegistry registry, Disks disks) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(ControlMessage.Signal.TICK, TICK);
            return new ControlActor(context, around, liveness, registry, disks);
        }));
    }

    @Override
    public Receive<Received> createReceive() {
        return newReceiveBuilder()
                .onMessage(Frame.class, this::onFrame)
                .onMessage(Held.class, held -> open(held.frame()))
                .onMessage(ControlMessage.Signal.class, tick -> onTick())
                .onMessage(ControlMessage.Define.class, this::onDefine)
                .onMessage(ControlMessage.Delete.class, this::onDelete)
                .onMessage(ControlMessage.Unreachable.class, gone -> {
                    if (liveness.onUnreachable(gone.peer(), now())) {
                        publish();
                    }
                    return this;
                })
                .onMessage(ControlMessage.Leave.class, leave -> {
                    if (leave.sayBye()) {
                        liveness.leave(this::send);
                    }
                    return Behaviors.stopped();
                })
                .onSignal(PostStop.class, stopped -> {
                    around.ended().run();
                    return this;
                })
                .build();
    }

    private Behavior<Received> onTick() {
        long now = now();
        if (liveness.tick(now, own(), this::send)) {
            publish();
        }
        if (now - triedToSaveAt > SAVE_AGAIN_NANOS) {
            saveAgain(now);
        }
        followHealth();
        spreading.removeIf(change -> {
            change.waiting().retainAll(liveness.up().keySet());
            boolean over = change.waiting().isEmpty() || now >= change.until();
            if (over) {
                change.done().run();
            }
            return over;
        });
        return this;
    }

    private Behavior<Received> onFrame(Frame frame) {
        if (!around.transport().knows(frame.from())) {
            quarantine.noteStranger(frame.from(), now(), around.decodeErrors());
            return this;
        }
        long hold = around.transport().admit(frame.from());
        if (hold < 0 || quarantine.isShut(frame.from(), now())) {
            return this;
        }
        if (hold > 0) {
            getContext().scheduleOnce(Duration.ofNanos(hold), getContext().getSelf(), new Held(frame));
            return this;
        }
        return open(frame);
    }

    private Behavior<Received> open(Frame frame) {
        try {
            byte[] data = frame.data().unsafeArray();
            FrameCodec.Opened opened = FrameCodec.open(data);
            PeerMessage.Control message = codec.decode(opened, data);
            long age = around.stamps().age(frame.from(), opened.stamp(), now());
            onMessage(frame.from(), message, age);
        } catch (DecodeException e) {
            quarantine.note(frame.from(), e, now(), around.decodeErrors());
        }
        return this;
    }

    /** A frame that a fault has held back for its time. */
    private record Held(Frame frame) implements Received {}

    private void onMessage(NodeId from, PeerMessage.Control message, long age) {
        if (message instanceof PeerMessage.Ping ping) {
            // First what was lost: once the peer hears an answer it may ask for it.
            if (disks.heard(from, ping.disk(), now())) {
                LOG.warn(
                        "{}: {} knows another disk of this node: what was on that one is fetched from the other nodes,"
                                + " and until then this node's replicas count for no read",
                        around.self(),
                        from);
            }
            noteBuckets(from, ping.buckets() == registry.digest());
            if (!losses().equals(published)) {
                publish();
            }
            if (liveness.onPing(from, ping, age, now(), own(), this::send)) {
                publish();
            }
            seen(from, ping.buckets());
        } else if (message instanceof PeerMessage.Bye bye) {
            if (liveness.onBye(from, bye)) {
                publish();
            }
        } else if (message instanceof PeerMessage.Buckets buckets) {
            changed(registry.merge(buckets.entries()));
            if (buckets.answer()) {
                // Its own part back, as it is known here now: that is how the sender knows that it was heard.
                send(from, new PeerMessage.Buckets(asKnown(buckets.entries()), false));
            } else {
                spreading.stream()
                        .filter(change -> buckets.entries().contains(registry.entry(change.bucket())))
                        .forEach(change -> change.waiting().remove(from));
            }
        } else {
            throw new IllegalStateException("no handler for " + message.getClass());
        }
    }

    /** Who has lost a disk has not got everything back before it knows all buckets again. */
    private void noteBuckets(NodeId from, boolean same) {
        if (same) {
            sameBuckets.add(from);
        } else {
            sameBuckets.remove(from);
        }
    }

    private Losses losses() {
        Losses known = disks.losses();
        boolean settled = sameBuckets.containsAll(lastUp.keySet());
        return new Losses(known.count(), known.recovered(), known.toldAll() && settled, known.unsure());
    }

    /** The data plane has found that data is missing, or has got it all back. */
    private void followHealth() {
        Health health = around.health().get();
        if (disks.follow(health.recovered(), health.remembered(), now())) {
            LOG.warn(
                    "{}: other nodes know of writes of this node that its disk does not have: a copy was put back. What is"
                            + " missing is fetched from them, and until then this node's replicas count for no read",
                    around.self());
        }
        if (!losses().equals(published)) {
            publish();
        }
    }

    private void saveAgain(long now) {
        StorageException failure = disks.saveAgain();
        if (failure != null) {
            triedToSaveAt = now;
            LOG.error(
                    "{}: what is known of the nodes' disks could not be saved, will try again: {}",
                    around.self(),
                    failure.getMessage());
        }
        if (unsaved) {
            save();
        }
    }

    /** A peer says what it knows of buckets: if that differs, the two tell each other. */
    private void seen(NodeId from, long digest) {
        if (digest == registry.digest()) {
            spreading.forEach(change -> change.waiting().remove(from));
            return;
        }
        long now = now();
        Long last = offeredAt.get(from);
        if (last == null || now - last > SPREAD_NANOS / 2) {
            offeredAt.put(from, now);
            tellAll(from, true);
        }
    }

    /** The entries of the same names as this node has them. */
    private ImmutableList<BucketEntry> asKnown(List<BucketEntry> entries) {
        ImmutableList.Builder<BucketEntry> known = ImmutableList.builder();
        for (BucketEntry entry : entries) {
            BucketEntry own = registry.entry(entry.name());
            known.add(own == null ? entry : own);
        }
        return known.build();
    }

    /** All definitions, in messages of bounded size. */
    private void tellAll(NodeId peer, boolean answer) {
        List<List<BucketEntry>> parts = Lists.partition(registry.all(), ENTRIES_A_MESSAGE);
        parts.forEach(part -> send(peer, new PeerMessage.Buckets(ImmutableList.copyOf(part), answer)));
        if (parts.isEmpty()) {
            send(peer, new PeerMessage.Buckets(ImmutableList.of(), answer));
        }
    }

    private Behavior<Received> onDefine(ControlMessage.Define define) {
        Change change = registry.define(define.definition(), around.wallMillis().getAsLong());
        if (change == Change.CREATED || change == Change.CHANGED) {
            BucketEntry entry = registry.find(define.definition().name());
            StorageException failure = changed(entry == null ? List.of() : List.of(entry));
            spread(define.definition().name(), () -> end(define.done(), change, failure));
        } else {
            define.done().complete(change);
        }
        return this;
    }

    private Behavior<Received> onDelete(ControlMessage.Delete delete) {
        BucketEntry gone = registry.delete(delete.bucket());
        if (gone == null) {
            delete.done().complete(false);
        } else {
            StorageException failure = changed(List.of(gone));
            spread(delete.bucket(), () -> end(delete.done(), true, failure));
        }
        return this;
    }

    private static <T> void end(CompletableFuture<T> done, T value, @Nullable StorageException failure) {
        if (failure == null) {
            done.complete(value);
        } else {
            done.completeExceptionally(failure);
        }
    }

    private void spread(String bucket, Runnable done) {
        Set<NodeId> waiting = new HashSet<>(liveness.up().keySet());
        waiting.forEach(peer -> tellAll(peer, true));
        if (waiting.isEmpty()) {
            done.run();
        } else {
            spreading.add(new Spreading(bucket, waiting, now() + SPREAD_NANOS, done));
        }
    }

    /** Takes over what has changed; what came of saving it, null if it is on disk. */
    private @Nullable StorageException changed(List<BucketEntry> entries) {
        if (entries.isEmpty()) {
            return null;
        }
        StorageException failure = save();
        for (BucketEntry entry : entries) {
            BucketDefinition bucket = entry.definition();
            LOG.info(
                    "{}: bucket {} {} (generation {}, mode {}, n={}, read {}, write {})",
                    around.self(),
                    entry.name(),
                    entry.deleted() ? "deleted" : "defined",
                    entry.generation(),
                    bucket.mode(),
                    bucket.n(),
                    bucket.isLed() ? bucket.ledLevels().read() : bucket.read(),
                    bucket.isLed() ? bucket.ledLevels().write() : bucket.write());
        }
        publish();
        return failure;
    }

    /** A disk that takes nothing is no reason to fall silent: it is tried again, and the peers know the change too. */
    private @Nullable StorageException save() {
        triedToSaveAt = now();
        try {
            around.save().accept(registry.all());
            unsaved = false;
            return null;
        } catch (StorageException e) {
            LOG.error("{}: bucket definitions could not be saved, will try again: {}", around.self(), e.getMessage());
            unsaved = true;
            return e;
        }
    }

    private void publish() {
        ImmutableMap<NodeId, PeerInfo> up = liveness.up();
        up.keySet().forEach(peer -> {
            if (!lastUp.containsKey(peer)) {
                LOG.info("{}: {} is up", around.self(), peer);
            }
        });
        lastUp.keySet().forEach(peer -> {
            if (!up.containsKey(peer)) {
                LOG.warn("{}: {} is down or unreachable", around.self(), peer);
            }
        });
        lastUp = up;
        published = losses();
        around.publish().accept(NodeView.of(registry.all(), up, published));
    }

    private Liveness.Own own() {
        return new Liveness.Own(
                true,
                registry.digest(),
                around.epoch(),
                around.standInMillis().getAsLong(),
                around.island().getAsLong(),
                around.wallMillis().getAsLong(),
                around.health().get().isCatchingUp(),
                told);
    }

    private final class Told implements Liveness.Told {
        @Override
        public PeerMessage.DiskWord disk(NodeId peer) {
            return disks.wordFor(peer);
        }

        @Override
        public long owed(NodeId peer) {
            return around.health().get().owed().getOrDefault(peer, 0L);
        }
    }

    private void send(NodeId to, PeerMessage.Control message) {
        around.transport()
                .send(
                        to,
                        Transport.Lane.CONTROL,
                        codec.encode(message, around.stamps().now()));
    }

    private long now() {
        return around.nanoClock().getAsLong();
    }
}
