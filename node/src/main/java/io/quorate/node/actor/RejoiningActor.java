package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.GroupRules;
import io.quorate.node.protocol.group.InstallStep;
import io.quorate.node.protocol.group.PartOutput;
import io.quorate.node.protocol.group.Rejoining;
import io.quorate.node.protocol.store.StorageException;
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
    private final Rejoining rejoining;

    private record Stepped(InstallStep.Ended then, @Nullable StorageException failure) {}

    private RejoiningActor(RaftGroupActor.Around around, Runnable member) {
        this.around = around;
        this.member = member;
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
        if (Rejoining.isNeeded(around.group().store(), around.group().set())) {
            around.inlet().join(self());
        } else {
            rejoined();
        }
    }

    private void rejoined() {
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
                .match(Stepped.class, stepped -> stepped.then().ended(stepped.failure(), now()))
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
            step.run(around.group().store(), failure -> around.inlet().tell(new Stepped(ended, failure)));
        }

        @Override
        public void note(String what, boolean alarming) {
            LOG.error(
                    "{}: partition {}: {}",
                    around.group().self(),
                    around.group().set().partition(),
                    what);
        }

        @Override
        public void happened(GroupEvent event) {
            around.events().happened(event);
        }
    }
}
