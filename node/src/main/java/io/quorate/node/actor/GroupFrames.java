package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.serial.GroupCodec;
import io.quorate.node.serial.Inbox;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Transport;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Opens the frames of other nodes' groups and hands what is in them to the groups here. Safe from any thread. */
final class GroupFrames {
    private final Transport transport;
    private final Stamps stamps;
    private final LongSupplier nanoClock;
    private final PeerQuarantine.Listener errors;
    private final GroupTable.Delays delays;
    private final GroupTable table;
    private final Map<NodeId, Guest> guests = new ConcurrentHashMap<>();
    private final PeerQuarantine quarantine = new PeerQuarantine();

    GroupFrames(
            Transport transport,
            Stamps stamps,
            LongSupplier nanoClock,
            PeerQuarantine.Listener errors,
            GroupTable.Delays delays,
            GroupTable table) {
        this.transport = transport;
        this.stamps = stamps;
        this.nanoClock = nanoClock;
        this.errors = errors;
        this.delays = delays;
        this.table = table;
    }

    /** One other node. Its frames are opened one after the other. */
    private static final class Guest {
        private final Inbox<GroupCodec.Addressed> inbox = Inbox.ofGroups();
    }

    /** Takes a frame as it comes in. */
    void take(Frame frame) {
        NodeId from = frame.from();
        if (!transport.knows(from)) {
            synchronized (quarantine) {
                quarantine.noteStranger(from, nanoClock.getAsLong(), errors);
            }
            return;
        }
        long hold = transport.admit(from);
        if (hold > 0) {
            delays.after(hold, () -> open(frame));
        } else if (hold == 0) {
            open(frame);
        }
    }

    private void open(Frame frame) {
        NodeId from = frame.from();
        long now = nanoClock.getAsLong();
        synchronized (quarantine) {
            if (quarantine.isShut(from, now)) {
                return;
            }
        }
        Guest guest = guests.computeIfAbsent(from, id -> new Guest());
        try {
            synchronized (guest) {
                long[] age = {0};
                guest.inbox.open(
                        frame.data().unsafeArray(),
                        stamp -> age[0] = stamps.age(from, stamp, now),
                        addressed -> deliver(from, addressed, age[0], now));
            }
        } catch (DecodeException e) {
            synchronized (quarantine) {
                quarantine.note(from, e, now, errors);
            }
        }
    }

    private void deliver(NodeId from, GroupCodec.Addressed addressed, long age, long now) {
        GroupMessage message = addressed.message();
        if (message instanceof GroupMessage.Pulse pulse) {
            table.pulses().onPulse(from, pulse, age, now);
            return;
        }
        if (message instanceof GroupMessage.Wake wake) {
            table.pulses().onWake(from, wake);
        }
        hand(from, addressed.set(), message, age);
    }

    /** Hands a message to the group that it is for, also one of this node to itself. */
    void hand(NodeId from, ReplicaSetId set, GroupMessage message, long age) {
        if (message instanceof GroupMessage.Told || message instanceof GroupMessage.NotLeading) {
            // What was asked while the group did not run here is answered when it may run again.
            table.remote().tell(new RemoteGroupsActor.Arrived(from, set, message));
        }
        GroupInlet inlet = table.inlet(set);
        if (inlet != null && inlet.hears()) {
            inlet.add(new GroupInlet.Incoming(from, message, age));
        } else if (message instanceof GroupMessage.Ask ask) {
            table.post().send(from, set, new GroupMessage.NotLeading(ask.id(), null));
        }
    }
}
