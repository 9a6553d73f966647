package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Messages on their way out: those that may leave, and those that say what has to be durable first. */
final class Post {
    private final List<Ready.Outgoing> free = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();

    private record Held(long write, Ready.Outgoing message) {}

    void send(NodeId to, RaftMessage message) {
        free.add(new Ready.Outgoing(to, message));
    }

    /** Sends a message once a write is durable. */
    void sendAfter(long write, Disk disk, NodeId to, RaftMessage message) {
        if (disk.isDurable(write)) {
            send(to, message);
        } else {
            held.add(new Held(write, new Ready.Outgoing(to, message)));
        }
    }

    /** A write is durable: what waited for it may leave. */
    void release(Disk disk) {
        for (Iterator<Held> each = held.iterator(); each.hasNext(); ) {
            Held next = each.next();
            if (disk.isDurable(next.write())) {
                free.add(next.message());
                each.remove();
            }
        }
    }

    ImmutableList<Ready.Outgoing> take() {
        ImmutableList<Ready.Outgoing> all = ImmutableList.copyOf(free);
        free.clear();
        return all;
    }
}
