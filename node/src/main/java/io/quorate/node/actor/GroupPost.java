package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.serial.GroupCodec;
import io.quorate.node.serial.Outbox;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Transport;
import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What all groups of a node have to say to others: gathered for each node, so that many groups share a frame. Safe from any
 * thread.
 */
final class GroupPost {
    private final Transport transport;
    private final Stamps stamps;
    private final LongSupplier randomLongs;
    private final Executor later;
    private final SharedPulses pulses;
    private final Map<NodeId, Box> boxes = new ConcurrentHashMap<>();

    /**
     * Empty.
     *
     * @param later runs what it is given after what is queued there already
     */
    GroupPost(Transport transport, Stamps stamps, LongSupplier randomLongs, Executor later, SharedPulses pulses) {
        this.transport = transport;
        this.pulses = pulses;
        this.stamps = stamps;
        this.randomLongs = randomLongs;
        this.later = later;
    }

    /** What waits for one node. */
    private final class Box {
        private final NodeId to;
        private final Outbox outbox;
        private boolean due;

        private Box(NodeId to) {
            this.to = to;
            this.outbox = new Outbox(
                    frame -> transport.send(to, Transport.Lane.GROUP, frame), randomLongs.getAsLong(), stamps::now);
        }

        private synchronized boolean add(ReplicaSetId set, GroupMessage message) {
            // Numbered in the order in which they leave.
            outbox.add(set, message instanceof GroupMessage.Wake wake ? pulses.number(to, wake) : message);
            boolean first = !due;
            due = true;
            return first;
        }

        private synchronized void pulse() {
            outbox.add(GroupCodec.NODES, pulses.next(to));
            flush();
        }

        private synchronized void flush() {
            due = false;
            outbox.flush();
        }
    }

    void send(NodeId to, ReplicaSetId set, GroupMessage message) {
        Box box = boxes.computeIfAbsent(to, Box::new);
        if (box.add(set, message)) {
            later.execute(box::flush);
        }
    }

    /** Sends a sign of life, behind all that was to be sent before. */
    void pulse(NodeId to) {
        boxes.computeIfAbsent(to, Box::new).pulse();
    }
}
