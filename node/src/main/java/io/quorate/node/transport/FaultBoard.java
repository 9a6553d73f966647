package io.quorate.node.transport;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The cuts and delays in force between nodes, for tests and lessons. Shared by the transports of one process; safe from any
 * thread; costs one volatile read a frame while nothing is in force.
 */
public final class FaultBoard {
    private volatile State state = State.NONE;

    /** A direction in which nothing passes. */
    public record Cut(NodeId from, NodeId to) {}

    /**
     * Everything in force.
     *
     * @param delayMillis by node, for each message to it and from it
     */
    public record State(Set<Cut> cuts, Set<NodeId> isolated, Map<NodeId, Integer> delayMillis) {
        static final State NONE = new State(Set.of(), Set.of(), Map.of());
    }

    public State state() {
        return state;
    }

    public boolean isCut(NodeId from, NodeId to) {
        State now = state;
        if (now.isolated().isEmpty() && now.cuts().isEmpty()) {
            return false;
        }
        return now.isolated().contains(from)
                || now.isolated().contains(to)
                || now.cuts().contains(new Cut(from, to));
    }

    public long delayNanos(NodeId node) {
        Map<NodeId, Integer> delays = state.delayMillis();
        return delays.isEmpty() ? 0 : delays.getOrDefault(node, 0) * 1_000_000L;
    }

    public synchronized void isolate(Set<NodeId> nodes) {
        Set<NodeId> isolated = new LinkedHashSet<>(state.isolated());
        isolated.addAll(nodes);
        state = new State(state.cuts(), isolated, state.delayMillis());
    }

    public synchronized void cut(Set<NodeId> from, Set<NodeId> to, boolean bothWays) {
        Set<Cut> cuts = new LinkedHashSet<>(state.cuts());
        for (NodeId a : from) {
            for (NodeId b : to) {
                cuts.add(new Cut(a, b));
                if (bothWays) {
                    cuts.add(new Cut(b, a));
                }
            }
        }
        state = new State(cuts, state.isolated(), state.delayMillis());
    }

    /** Cuts every group off from every other. */
    public synchronized void partition(List<Set<NodeId>> groups) {
        List<Set<NodeId>> seen = new ArrayList<>();
        for (Set<NodeId> group : groups) {
            for (Set<NodeId> other : seen) {
                cut(group, other, true);
            }
            seen.add(group);
        }
    }

    public synchronized void delay(NodeId node, int millis) {
        Map<NodeId, Integer> delays = new LinkedHashMap<>(state.delayMillis());
        delays.put(node, millis);
        state = new State(state.cuts(), state.isolated(), delays);
    }

    /** Ends all cuts and delays. */
    public synchronized void clear() {
        state = State.NONE;
    }
}
