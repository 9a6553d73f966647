package io.quorate.node;

import io.quorate.node.http.FaultControl;
import io.quorate.node.transport.FaultBoard;
import io.quorate.ring.topology.NodeId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Faults of one node's own links, where the node is a process of its own: who wants it stopped does so from outside. */
record LinkFaults(FaultBoard board, Set<NodeId> nodes) implements FaultControl {
    LinkFaults(FaultBoard board, Collection<NodeId> nodes) {
        this(board, new LinkedHashSet<>(nodes));
    }

    @Override
    public Set<NodeId> stopped() {
        return Set.of();
    }

    @Override
    public boolean hostsNodes() {
        return false;
    }

    @Override
    public CompletionStage<Void> act(Action action, NodeId node) {
        return CompletableFuture.failedFuture(new IllegalStateException(node + " is a process of its own"));
    }
}
