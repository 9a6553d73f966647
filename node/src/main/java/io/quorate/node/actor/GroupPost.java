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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * What all groups of a node have to say to others: gathered for each node, so that many groups share a frame. Safe from any
 * thread.
 */
final class GroupPost {
    private final NodeId self;
    private final Transport transport;
    private final Stamps stamps;
    private final LongSupplier randomLongs;
    private final BiConsumer<ReplicaSetId, GroupMessage> own;
    private final Executor later;
    private final SharedPulses pulses;
    private final Map<NodeId, Box> boxes = new ConcurrentHashMap<>();
    private final AtomicBoolean due = new AtomicBoolean();

    /**
     * Empty.
     *
     * @param own takes what this node has to say to itself
     * @param later runs what it is given after what is queued there already
     */
    GroupPost(
            NodeId self,
            Transport transport,
            Stamps stamps,
            LongSupplier randomLongs,
            BiConsumer<ReplicaSetId, GroupMessage> own,
            Executor later,
            SharedPulses pulses) {
        this.self = self;
        this.own = own;
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

        private Box(NodeId to) {
            this.to = to;
            this.outbox = new Outbox(
                    frame -> transport.send(to, Transport.Lane.GROUP, frame), randomLongs.getAsLong(), stamps::now);
        }

        private synchronized void add(ReplicaSetId set, GroupMessage message) {
            // Numbered in the order in which they leave.
            outbox.add(set, message instanceof GroupMessage.Wake wake ? pulses.number(to, wake) : message);
        }

        private synchronized void pulse() {
            outbox.add(GroupCodec.NODES, pulses.next(to));
            flush();
        }

        private synchronized void flush() {
            outbox.flush();
        }
    }

    void send(NodeId to, ReplicaSetId set, GroupMessage message) {
        if (to.equals(self)) {
            own.accept(set, message);
            return;
        }
        boxes.computeIfAbsent(to, Box::new).add(set, message);
        if (due.compareAndSet(false, true)) {
            later.execute(this::flush);
        }
    }

    /** All at once, so that who carries them is woken once. */
    private void flush() {
        // First, so that nothing that is added meanwhile stays.
        due.set(false);
        boxes.values().forEach(Box::flush);
    }

    /** Sends a sign of life, behind all that was to be sent before. */
    void pulse(NodeId to) {
        boxes.computeIfAbsent(to, Box::new).pulse();
    }
}
