package io.quorate.node.actor;

import io.quorate.node.journal.EventLogs;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.GroupRules;
import io.quorate.node.protocol.group.InstallStep;
import io.quorate.node.protocol.group.PartOutput;
import io.quorate.node.protocol.group.Rejoining;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.Props;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hosts a {@link Rejoining} in the place of a group, and ends when the store has a state that the group can begin with. */
final class RejoiningActor extends AbstractActor {
    private static final Logger LOG = LoggerFactory.getLogger(RejoiningActor.class);

    private final RaftGroupActor.Around around;
    private final Runnable member;
    private final StoreEnds ends;
    private final Rejoining rejoining;
    /** Whether there was something of the group here, which was given up. */
    private boolean hadSome;

    private RejoiningActor(RaftGroupActor.Around around, Runnable member) {
        this.around = around;
        this.member = member;
        this.ends = new StoreEnds(self(), around.group().store(), around.nanoClock(), this::end);
        this.rejoining =
                new Rejoining(around.group(), around.settings(), GroupRules.STANDARD, new Output(), this::rejoined);
    }

    /**
     * Of one group.
     *
     * @param member told, on any thread, before the actor ends because the group can begin
     */
    static Props props(RaftGroupActor.Around around, Runnable member) {
        return Props.create(RejoiningActor.class, () -> new RejoiningActor(around, member))
                .withDispatcher("quorate.group-dispatcher");
    }

    @Override
    public void preStart() {
        around.group().store().afterAll(ends.ended(this::begin));
    }

    /** Once nothing of the one before is on its way to the store. */
    private void begin() {
        try {
            GroupStore store = around.group().store();
            if (store.isGivenUp(around.group().set())) {
                forgetLog();
                return;
            }
            if (Rejoining.isNeeded(store, around.group().set())) {
                around.inlet().join(self());
            } else {
                rejoined();
            }
        } catch (StorageException | CorruptRecordException | DecodeException e) {
            GivingUp.ofUnreadable(around, "its state", e);
            getContext().stop(self());
        }
    }

    /** Before a state can come: the log that was given up is not the log of that one. */
    private void forgetLog() {
        hadSome = true;
        try {
            EventLogs.of(getContext().getSystem())
                    .get(around.log())
                    .forget(
                            RaftGroupActor.idOf(around.group().set()),
                            failure -> ends.ended(() -> forgotten(failure)).run());
        } catch (StorageException e) {
            GivingUp.ofUnreadable(around, "its log", e);
            getContext().stop(self());
        }
    }

    private void forgotten(@Nullable StorageException failure) {
        if (failure == null) {
            around.inlet().join(self());
        } else {
            end("its log could not be deleted: " + failure.getMessage());
        }
    }

    /** Nobody knows what the disk has: the next one begins with what it finds there. */
    private void end(String why) {
        note(why + "; it starts anew");
        getContext().stop(self());
    }

    private void note(String what) {
        LOG.error(
                "{}: partition {}: {}",
                around.group().self(),
                around.group().set().partition(),
                what);
    }

    private void rejoined() {
        if (hadSome) {
            LOG.info(
                    "{}: partition {}: it has a state of another member in the place of what was damaged, and takes part again",
                    around.group().self(),
                    around.group().set().partition());
        }
        member.run();
        getContext().stop(self());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(
                        GroupInlet.Incoming.class,
                        incoming -> rejoining.onMessage(incoming.from(), incoming.message(), now()))
                .matchEquals(GroupInlet.Signal.TICK, tick -> {
                    around.inlet().ticked();
                    rejoining.tick(now());
                })
                .match(StoreEnds.Ended.class, ends::take)
                .build();
    }

    private long now() {
        return around.nanoClock().getAsLong();
    }

    @Override
    public void postStop() {
        around.inlet().close("it starts");
    }

    private final class Output implements PartOutput {
        @Override
        public void send(NodeId to, GroupMessage message) {
            around.post().send(to, around.group().set(), message);
        }

        @Override
        public void install(InstallStep step, InstallStep.Ended ended) {
            ends.install(step, ended);
        }

        @Override
        public void note(String what, boolean alarming) {
            RejoiningActor.this.note(what);
        }

        @Override
        public void happened(GroupEvent event) {
            around.events().happened(event);
        }
    }
}
