package io.quorate.bench.sim.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.RemoteGroups;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.ring.topology.NodeId;
import java.util.Random;
import java.util.function.Consumer;

/** A node that is no home of the group and serves its keys all the same. It has no disk; others find it cut off at times. */
final class OutsideNode implements Asked {
    private static final long TICK = 25_000_000L;

    final NodeId id;
    private final GroupSimulation world;
    private final RemoteGroups groups;

    OutsideNode(NodeId id, GroupSimulation world, Random random) {
        this.id = id;
        this.world = world;
        this.groups = new RemoteGroups(
                id,
                set -> ImmutableList.copyOf(world.ids()),
                random::nextLong,
                world.settings(),
                world.rules(),
                (to, set, message) -> world.send(id, to, message));
    }

    void start() {
        groups.tick(world.now());
        world.agenda().after(TICK, this::start);
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public void request(LedRequest request, long timeoutNanos, Consumer<KeyReply> reply) {
        groups.onRequest(request, world.now() + timeoutNanos, reply, world.now());
    }

    void receive(NodeId from, GroupMessage message) {
        groups.onMessage(from, world.set(), message, world.now());
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
