package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.NodeLiveness;
import io.quorate.node.protocol.group.Pulses;
import io.quorate.ring.topology.NodeId;
import java.util.function.Consumer;

/**
 * {@link Pulses} of one node, for the threads of all its groups. Which nodes cannot be relied on any more is told before anybody
 * can read what has been heard of them since.
 */
final class SharedPulses implements NodeLiveness {
    private final Pulses pulses;
    private final Consumer<NodeId> lost;

    /**
     * Of one node.
     *
     * @param lost told of each node that does not vouch for its groups any more, or does not hear this one; must not wait
     */
    SharedPulses(Pulses pulses, Consumer<NodeId> lost) {
        this.pulses = pulses;
        this.lost = lost;
    }

    synchronized GroupMessage.Pulse next(NodeId to) {
        return pulses.next(to);
    }

    synchronized GroupMessage.Wake number(NodeId to, GroupMessage.Wake wake) {
        return pulses.number(to, wake);
    }

    synchronized void onWake(NodeId from, GroupMessage.Wake wake) {
        if (!pulses.onWake(from, wake)) {
            lost.accept(from);
        }
    }

    synchronized void onPulse(NodeId from, GroupMessage.Pulse pulse, long age, long now) {
        if (!pulses.onPulse(from, pulse, age, now)) {
            lost.accept(from);
        }
    }

    synchronized void tick(long now) {
        pulses.tick(now).forEach(lost);
    }

    synchronized void beginEpoch() {
        pulses.beginEpoch();
    }

    @Override
    public synchronized long epoch() {
        return pulses.epoch();
    }

    @Override
    public synchronized boolean vouches(NodeId node, long epoch) {
        return pulses.vouches(node, epoch);
    }

    @Override
    public synchronized boolean isHeardBy(NodeId node) {
        return pulses.isHeardBy(node);
    }

    @Override
    public synchronized long heardFrom(NodeId node) {
        return pulses.heardFrom(node);
    }

    @Override
    public synchronized long vouchedAt(NodeId node) {
        return pulses.vouchedAt(node);
    }

    @Override
    public synchronized long heardAt(NodeId node) {
        return pulses.heardAt(node);
    }
}
