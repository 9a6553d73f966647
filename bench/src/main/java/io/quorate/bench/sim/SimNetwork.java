package io.quorate.bench.sim;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.topology.NodeId;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Carries messages late, twice or not at all. */
final class SimNetwork {
    private static final long SLOW_NANOS = 200_000_000L;

    /** When a message left, and in which run of its sender. */
    record Stamp(int boot, long sentAt) {}

    private final Simulation world;
    private final RandomGenerator random;
    private final int dropPermille;
    private final int duplicatePermille;
    private final int meanMicros;
    private final Set<String> cuts = new LinkedHashSet<>();
    private final Set<NodeId> slow = new LinkedHashSet<>();
    private boolean calm;

    SimNetwork(Simulation world) {
        this.world = world;
        this.random = world.random.network;
        this.dropPermille = world.faults.contains(FaultKind.DROP) ? random.nextInt(150) : 0;
        this.duplicatePermille = world.faults.contains(FaultKind.DUPLICATE) ? random.nextInt(200) : 0;
        this.meanMicros = 100 + random.nextInt(10_000);
    }

    void send(NodeId from, NodeId to, PeerMessage message) {
        if (cuts.contains(from + ">" + to)) {
            return;
        }
        if (!calm && random.nextInt(1000) < dropPermille) {
            world.count(FaultKind.DROP);
            world.note("lost " + from + ">" + to + " " + message.getClass().getSimpleName());
            return;
        }
        // What its frame would tell the receiver, by the sender's clock.
        SimNode sender = world.node(from);
        Stamp stamp = new Stamp(sender.boot(), sender.now());
        long slowness = slow.contains(from) || slow.contains(to) ? SLOW_NANOS : 0;
        deliver(from, to, message, stamp, slowness + delay());
        // Forwards are the one kind of message that a transport must not double.
        boolean repeatable = !(message instanceof PeerMessage.Forward);
        if (!calm && random.nextInt(1000) < duplicatePermille && repeatable) {
            world.count(FaultKind.DUPLICATE);
            deliver(from, to, message, stamp, delay() + (long) random.nextInt(500_000_000));
        }
    }

    private long delay() {
        long nanos = 20_000L + (long) (-Math.log(1 - random.nextDouble()) * meanMicros * 1000);
        if (!calm && world.faults.contains(FaultKind.LONG_DELAY) && random.nextInt(50) == 0) {
            world.count(FaultKind.LONG_DELAY);
            nanos += random.nextInt(2_000_000_000);
        }
        return nanos;
    }

    private void deliver(NodeId from, NodeId to, PeerMessage message, Stamp stamp, long delay) {
        world.agenda().after(delay, () -> {
            if (!cuts.contains(from + ">" + to)) {
                if (message instanceof PeerMessage.Data) {
                    world.note(from + ">" + to + " " + message.getClass().getSimpleName());
                }
                world.node(to).deliver(from, message, stamp);
            }
        });
    }

    void cut(NodeId from, NodeId to) {
        cuts.add(from + ">" + to);
    }

    /** Everything to and from a node takes longer; or no more. */
    void slow(NodeId node, boolean isSlow) {
        if (isSlow) {
            slow.add(node);
        } else {
            slow.remove(node);
        }
    }

    void mend() {
        cuts.clear();
    }

    /** No new faults from now on. */
    void calm() {
        calm = true;
        slow.clear();
        mend();
    }
}
