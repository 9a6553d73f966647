package io.quorate.node.actor;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.typesafe.config.Config;
import io.quorate.node.journal.EventLogs;
import io.quorate.node.protocol.group.FoundLog;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.group.GroupRules;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.protocol.group.InstallStep;
import io.quorate.node.protocol.group.Retention;
import io.quorate.node.protocol.group.StateMachine;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.serial.RaftCodec;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.RuntimePluginConfig;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts a {@link Group}. Each output of its core is one event of the log; events are written while messages go on to be taken,
 * and what came in meanwhile is written together next. A write that fails, of the log or of the state, ends the actor: nobody
 * knows what the disk has, so the next one begins with what it finds there.
 *
 * <p>A snapshot holds no data, only where the log begins and what is promised there; data is in the store.
 */
abstract class RaftGroupActor extends AbstractPersistentActor implements RuntimePluginConfig {
    private static final Logger LOG = LoggerFactory.getLogger(RaftGroupActor.class);
    private static final int SUBMITS_A_TURN = 64;
    /** Of an event without its entries, about. */
    private static final int HEAD_BYTES = 128;

    private static final long REPORT_NANOS = 1_000_000_000L;

    private final Around around;
    private final FoundLog found;
    private final Retention retention = new Retention();
    private final StoreEnds ends;

    /** Turns that the store shows: nobody waits for them, so that they are taken up with whatever comes next. */
    private final Queue<StateMachine.Turn> stored = new ConcurrentLinkedQueue<>();

    private @Nullable Group group;
    private boolean settles;
    private long reportedAt;
    /** The number of the snapshot before the last one: what it stands for can go once the last is durable. */
    private long snapshotBefore;

    /**
     * What the actor needs.
     *
     * @param gone the last deleted generation of each bucket name
     */
    record Around(
            Group.Around group,
            GroupSettings settings,
            GroupInlet inlet,
            Supplier<ImmutableMap<String, Integer>> gone,
            GroupPost post,
            LongSupplier nanoClock,
            String log,
            Config plugins,
            GroupEvents events) {}

    /** Hears what happens to groups. */
    interface GroupEvents {
        void happened(GroupEvent event);

        /** So long it took until what was proposed together was committed. */
        void committed(long nanos);

        /** What this node has of the group was given up, durably: it has to be let in. On any thread. */
        void givenUp(ReplicaSetId set);

        /** The actor is ready for requests. */
        void ready(int partition);

        void reports(GroupReport report);
    }

    /** Asks something of the group on its own thread. */
    record Ask<T>(Function<Group, T> question, CompletableFuture<T> answer) {
        void put(Group group) {
            try {
                answer.complete(question.apply(group));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }

    /** The last deleted generation of each bucket name, 0 for none. */
    record BucketsGone(ImmutableMap<String, Integer> generations) {}

    private RaftGroupActor(Around around) {
        this.around = around;
        this.found = new FoundLog(new Base(0, 0, Configuration.of(around.group().homes())));
        this.ends = new StoreEnds(self(), around.group().store(), around.nanoClock(), this::end);
    }

    static Props props(Around around) {
        return Props.create(RaftGroupActor.class, () -> of(around)).withDispatcher("quorate.group-dispatcher");
    }

    /**
     * Pekko asks for the plugins from within the constructor of its own class, when a field of this one would still be null:
     * what an anonymous class captures is set before that.
     */
    private static RaftGroupActor of(Around around) {
        return new RaftGroupActor(around) {
            @Override
            public String journalPluginId() {
                return EventLogs.journalId(around.log());
            }

            @Override
            public String snapshotPluginId() {
                return EventLogs.snapshotId(around.log());
            }

            @Override
            public Config journalPluginConfig() {
                return around.plugins();
            }

            @Override
            public Config snapshotPluginConfig() {
                return around.plugins();
            }
        };
    }

    @Override
    public String persistenceId() {
        return idOf(around.group().set());
    }

    /** By which the log knows a group. */
    static String idOf(ReplicaSetId set) {
        return "group-" + set.n() + "-" + set.partition();
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(SnapshotOffer.class, offer -> {
                    Ready.Write kept = RaftCodec.readWrite(new ByteSource((byte[]) offer.snapshot()));
                    found.begin(kept);
                    snapshotBefore = offer.metadata().sequenceNr();
                })
                .match(byte[].class, event -> {
                    Ready.Write write = RaftCodec.readWrite(new ByteSource(event));
                    found.add(write);
                    retention.written(lastSequenceNr(), write);
                })
                .match(RecoveryCompleted.class, done -> around.group().store().afterAll(ends.ended(this::begin)))
                .build();
    }

    /** Once nothing of the one before is on its way to the store: what is found there then belongs to what the log says. */
    private void begin() {
        try {
            if (around.group().store().isGivenUp(around.group().set())) {
                around.events().givenUp(around.group().set());
                getContext().stop(self());
            } else {
                open();
            }
        } catch (StorageException | CorruptRecordException | DecodeException e) {
            GivingUp.ofUnreadable(around, "its state", e);
            getContext().stop(self());
        }
    }

    /** Nobody knows what the disk has: the next one begins with what it finds there. */
    private void end(String why) {
        LOG.error("{}: {}; it starts anew", name(), why);
        getContext().stop(self());
    }

    private void open() {
        group = new Group(
                around.group(),
                around.settings(),
                RaftRules.STANDARD,
                GroupRules.STANDARD,
                new Group.Found(found.base(), found.state(), found.entries()),
                new Output(),
                now());
        found.clear();
        around.inlet().open(self());
        // What is news from now on comes as a message.
        running().bucketsGone(around.gone().get(), now());
        around.events().ready(around.group().set().partition());
        settleLater();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(GroupInlet.Incoming.class, this::onIncoming)
                .matchEquals(GroupInlet.Signal.WAKE, wake -> takeSubmits())
                .matchEquals(GroupInlet.Signal.SETTLE, settle -> settle())
                .matchEquals(GroupInlet.Signal.TICK, tick -> onTick())
                .match(GroupInlet.Lost.class, lost -> {
                    running().onLost(lost.node(), now());
                    around.inlet().heardEnd();
                    settleLater();
                })
                .match(BucketsGone.class, news -> {
                    running().bucketsGone(news.generations(), now());
                    settleLater();
                })
                .match(StoreEnds.Ended.class, ends::take)
                .match(Ask.class, ask -> {
                    ask.put(running());
                    settleLater();
                })
                .match(
                        SaveSnapshotSuccess.class,
                        saved -> forgetBefore(saved.metadata().sequenceNr()))
                .match(
                        SaveSnapshotFailure.class,
                        failed -> LOG.warn(
                                "{}: a snapshot of the log could not be saved: {}",
                                name(),
                                failed.cause().getMessage()))
                .match(
                        DeleteMessagesFailure.class,
                        failed -> LOG.warn(
                                "{}: old events could not be deleted: {}",
                                name(),
                                failed.cause().getMessage()))
                .match(
                        DeleteSnapshotsFailure.class,
                        failed -> LOG.warn(
                                "{}: old snapshots could not be deleted: {}",
                                name(),
                                failed.cause().getMessage()))
                .match(DeleteMessagesSuccess.class, done -> {})
                .match(DeleteSnapshotsSuccess.class, done -> {})
                .build();
    }

    private Group running() {
        Group present = group;
        if (present == null) {
            throw new IllegalStateException(name() + " has not recovered");
        }
        return present;
    }

    private String name() {
        return around.group().self() + ": partition " + around.group().set().partition();
    }

    private long now() {
        return around.nanoClock().getAsLong();
    }

    private void onIncoming(GroupInlet.Incoming incoming) {
        running().onMessage(incoming.from(), incoming.message(), incoming.age(), now());
        if (incoming.endsRest()) {
            around.inlet().heardEnd();
        }
        settleLater();
    }

    private void takeSubmits() {
        around.inlet()
                .takeUp(
                        SUBMITS_A_TURN,
                        around.nanoClock(),
                        (submit, now) -> running()
                                .onRequest(
                                        submit.request(),
                                        submit.takenAt() + submit.timeoutNanos(),
                                        false,
                                        submit.reply(),
                                        now));
        settleLater();
    }

    private void onTick() {
        around.inlet().ticked();
        takeStored();
        Group running = running();
        long now = now();
        running.tick(now);
        if (now - reportedAt >= REPORT_NANOS) {
            reportedAt = now;
            around.events().reports(running.report(now));
        }
        settle();
    }

    private void takeStored() {
        for (StateMachine.Turn turn = stored.poll(); turn != null; turn = stored.poll()) {
            running().onStored(turn);
        }
    }

    private void settle() {
        settles = false;
        takeStored();
        try {
            running().settle(now());
        } catch (StorageException e) {
            end("the store has failed: " + e.getMessage());
            return;
        }
        around.inlet().quiet(running().isQuiet());
    }

    /** After whatever waits in the mailbox now, so that what comes together is done together. */
    private void settleLater() {
        if (!settles) {
            settles = true;
            self().tell(GroupInlet.Signal.SETTLE, self());
        }
    }

    /** Events that two snapshots stand for are needed by nobody. */
    private void forgetBefore(long snapshot) {
        if (snapshotBefore > 0) {
            deleteMessages(snapshotBefore);
            deleteSnapshots(SnapshotSelectionCriteria.create(snapshotBefore - 1, Long.MAX_VALUE));
        }
        snapshotBefore = snapshot;
    }

    @Override
    public void onPersistFailure(Throwable cause, Object event, long seqNr) {
        LOG.error("{}: the log could not be written, it starts anew: {}", name(), cause.getMessage());
    }

    @Override
    public void onRecoveryFailure(Throwable cause, scala.Option<Object> event) {
        GivingUp.ofUnreadable(around, "the log", cause);
    }

    @Override
    public void postStop() throws Exception {
        around.inlet().close("it has stopped");
        Group present = group;
        if (present != null) {
            present.abandon();
        }
        super.postStop();
    }

    private final class Output implements Group.Output {
        @Override
        public void persist(Ready.Write write) {
            ByteSink out = new ByteSink(HEAD_BYTES + bytes(write));
            RaftCodec.writeWrite(out, write);
            persistAllAsync(List.of(out.toByteArray()), event -> {
                retention.written(lastSequenceNr(), write);
                running().onPersisted(write.id(), now());
                settleLater();
            });
        }

        private static int bytes(Ready.Write write) {
            int bytes = 0;
            for (Entry entry : write.entries()) {
                bytes += entry.bytes();
            }
            return bytes;
        }

        @Override
        public void store(StateMachine.Turn turn) {
            around.group().store().commit(turn.commit(), failure -> {
                if (failure == null) {
                    stored.add(turn);
                } else {
                    ends.ended(() -> end("the store did not take what was applied: " + failure.getMessage()))
                            .run();
                }
            });
        }

        @Override
        public void send(NodeId to, GroupMessage message) {
            around.post().send(to, around.group().set(), message);
        }

        @Override
        public void compacted(Base base, HardState state) {
            long sequence = retention.superfluousBy(base);
            if (sequence > 0) {
                saveAt(sequence, base, state);
            }
        }

        private void saveAt(long sequence, Base base, HardState state) {
            ByteSink out = new ByteSink(256);
            RaftCodec.writeWrite(out, new Ready.Write(0, state, base, ImmutableList.of()));
            // Of the log as it was after an earlier event: those behind it are replayed on top.
            snapshotStore()
                    .tell(
                            new SnapshotProtocol.SaveSnapshot(
                                    new SnapshotMetadata(snapshotterId(), sequence, 0L), out.toByteArray()),
                            self());
        }

        @Override
        public void install(InstallStep step, InstallStep.Ended ended) {
            ends.install(step, (failure, now) -> {
                ended.ended(failure, now);
                settleLater();
            });
        }

        @Override
        public void note(String what, boolean alarming) {
            if (alarming) {
                LOG.error("{}: {}", name(), what);
            } else {
                LOG.info("{}: {}", name(), what);
            }
        }

        @Override
        public void happened(GroupEvent event) {
            around.events().happened(event);
        }

        @Override
        public void committed(long nanos) {
            around.events().committed(nanos);
        }
    }
}
