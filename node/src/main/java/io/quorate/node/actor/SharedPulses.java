package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.NodeLiveness;
import io.quorate.node.protocol.group.Pulses;
import io.quorate.ring.topology.NodeId;
import java.util.List;

/** {@link Pulses} of one node, for the threads of all its groups. */
final class SharedPulses implements NodeLiveness {
    private final Pulses pulses;

    SharedPulses(Pulses pulses) {
        this.pulses = pulses;
    }

    synchronized GroupMessage.Pulse next(NodeId to) {
        return pulses.next(to);
    }

    synchronized GroupMessage.Wake number(NodeId to, GroupMessage.Wake wake) {
        return pulses.number(to, wake);
    }

    synchronized boolean onWake(NodeId from, GroupMessage.Wake wake) {
        return pulses.onWake(from, wake);
    }

    synchronized boolean onPulse(NodeId from, GroupMessage.Pulse pulse, long age, long now) {
        return pulses.onPulse(from, pulse, age, now);
    }

    synchronized List<NodeId> tick(long now) {
        return pulses.tick(now);
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
