package io.quorate.bench.sim;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What lies between the nodes of a simulation: it loses, doubles and delays messages, some runs more than others, and lets
 * nothing pass where it is cut, until it is well.
 *
 * @param <M> what is sent
 */
public final class Wires<M> {
    private static final long MILLI = 1_000_000L;
    private static final int KEPT = 1000;

    /** Takes what arrives, so many nanoseconds after it was sent. */
    public interface Receiver<M> {
        void arrives(NodeId from, NodeId to, M message, long age);
    }

    private record Sent<M>(NodeId from, NodeId to, M message, long time) {}

    private final Agenda agenda;
    private final Random random;
    private final Receiver<M> receiver;
    private final int dropPercent;
    private final int doublePercent;
    private final int slowPercent;
    private final Set<String> cuts = new HashSet<>();
    /** What each node has had last. */
    private final Map<NodeId, Deque<Sent<M>>> recent = new HashMap<>();
    /** Whether what is under way when a cut begins arrives nevertheless. */
    private boolean lateArrivals;

    private boolean well;

    public Wires(Agenda agenda, Random random, Receiver<M> receiver) {
        this.agenda = agenda;
        this.random = random;
        this.receiver = receiver;
        this.dropPercent = random.nextInt(3) == 0 ? 0 : random.nextInt(25);
        this.doublePercent = random.nextInt(2) == 0 ? 0 : random.nextInt(20);
        this.slowPercent = random.nextInt(2) == 0 ? 0 : random.nextInt(10);
    }

    /** From now on what is under way when a cut begins arrives nevertheless. */
    public void lateArrivals() {
        lateArrivals = true;
    }

    public int dropPercent() {
        return dropPercent;
    }

    private static String way(NodeId from, NodeId to) {
        return from + ">" + to;
    }

    public boolean isCut(NodeId from, NodeId to) {
        return cuts.contains(way(from, to));
    }

    /** Nothing passes in one direction for a while. */
    public void cut(NodeId from, NodeId to, long nanos) {
        cuts.add(way(from, to));
        agenda.after(nanos, () -> cuts.remove(way(from, to)));
    }

    /** A node hears nothing of all for a while, and if both ways are cut nobody hears it. */
    public void cutOff(NodeId node, Collection<NodeId> all, long nanos, boolean bothWays) {
        List<String> ways = new ArrayList<>();
        for (NodeId each : all) {
            ways.add(way(each, node));
            if (bothWays) {
                ways.add(way(node, each));
            }
        }
        cuts.addAll(ways);
        agenda.after(nanos, () -> cuts.removeAll(ways));
    }

    /** From now on everything arrives, and soon. */
    public void heal() {
        well = true;
        cuts.clear();
    }

    /**
     * Sends a message, which may be lost, late, or come twice.
     *
     * @param mayDouble whether it may
     */
    public void send(NodeId from, NodeId to, M message, boolean mayDouble) {
        if (!well && random.nextInt(100) < dropPercent) {
            return;
        }
        if (lateArrivals && isCut(from, to)) {
            return;
        }
        int copies = !well && random.nextInt(100) < doublePercent && mayDouble ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long nanos = MILLI / 2 + random.nextInt((int) (4 * MILLI));
            if (!well && random.nextInt(100) < slowPercent) {
                nanos += random.nextInt(1500) * MILLI;
            }
            deliver(from, to, message, nanos);
        }
    }

    /** Sends a message that takes so long, and is not lost unless it meets a cut. */
    public void deliver(NodeId from, NodeId to, M message, long nanos) {
        Sent<M> sent = new Sent<>(from, to, message, agenda.now());
        agenda.after(nanos, () -> {
            if (lateArrivals || !isCut(from, to)) {
                Deque<Sent<M>> before = recent.computeIfAbsent(to, node -> new ArrayDeque<>());
                before.add(sent);
                if (before.size() > KEPT) {
                    before.remove();
                }
                arrives(sent);
            }
        });
    }

    private void arrives(Sent<M> sent) {
        receiver.arrives(sent.from(), sent.to(), sent.message(), agenda.now() - sent.time());
    }

    /** Some of what a node has had comes to it once more, as what was doubled and lay long in a queue. */
    public void echo(NodeId to, int messages, long withinNanos) {
        List<Sent<M>> before = new ArrayList<>(recent.getOrDefault(to, new ArrayDeque<>()));
        for (int i = 0; i < messages && !before.isEmpty(); i++) {
            Sent<M> again = before.get(random.nextInt(before.size()));
            agenda.after(random.nextInt((int) withinNanos), () -> arrives(again));
        }
    }
}
