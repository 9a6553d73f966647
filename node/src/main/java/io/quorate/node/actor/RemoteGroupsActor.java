package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.RemoteGroups;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.Props;

/** Hosts {@link RemoteGroups}: takes requests to groups that do not run on this node. */
final class RemoteGroupsActor extends AbstractActor {
    private static final int SUBMITS_A_TURN = 64;

    private final GroupInlet inlet;
    private final LongSupplier nanoClock;
    private final RemoteGroups groups;

    /** An answer of another node. */
    record Arrived(NodeId from, ReplicaSetId set, GroupMessage message) {}

    private RemoteGroupsActor(
            GroupInlet inlet,
            LongSupplier nanoClock,
            Function<RemoteGroups.Output, RemoteGroups> groups,
            GroupPost post) {
        this.inlet = inlet;
        this.nanoClock = nanoClock;
        this.groups = groups.apply(post::send);
    }

    static Props props(
            GroupInlet inlet,
            LongSupplier nanoClock,
            Function<RemoteGroups.Output, RemoteGroups> groups,
            GroupPost post) {
        return Props.create(RemoteGroupsActor.class, () -> new RemoteGroupsActor(inlet, nanoClock, groups, post))
                .withDispatcher("quorate.group-dispatcher");
    }

    @Override
    public void preStart() {
        inlet.open(self());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(
                        Arrived.class,
                        arrived -> groups.onMessage(
                                arrived.from(), arrived.set(), arrived.message(), nanoClock.getAsLong()))
                .matchEquals(GroupInlet.Signal.WAKE, wake -> takeSubmits())
                .matchEquals(GroupInlet.Signal.TICK, tick -> {
                    inlet.ticked();
                    groups.tick(nanoClock.getAsLong());
                })
                .build();
    }

    private void takeSubmits() {
        inlet.takeUp(
                SUBMITS_A_TURN,
                nanoClock,
                (submit, now) -> groups.onRequest(
                        submit.request(), submit.takenAt() + submit.timeoutNanos(), submit.reply(), now));
    }

    @Override
    public void postStop() {
        inlet.close("it has stopped");
        groups.abandon();
    }
}
