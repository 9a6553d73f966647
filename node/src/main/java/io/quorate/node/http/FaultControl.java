package io.quorate.node.http;

import io.quorate.node.transport.FaultBoard;
import io.quorate.ring.topology.NodeId;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** What fault injection can do: to the links of this process's nodes, and to the nodes themselves where it hosts them. */
public interface FaultControl {
    FaultBoard board();

    /** The nodes that faults may name. */
    Set<NodeId> nodes();

    /** Nodes that a fault stopped and nobody started again. */
    Set<NodeId> stopped();

    /** Whether {@link #act} works here: nodes that are processes of their own are stopped from outside. */
    boolean hostsNodes();

    /** Done when the node is down, or when its HTTP answers again. */
    CompletionStage<Void> act(Action action, NodeId node);

    /** What can be done to a node. */
    enum Action {
        STOP,
        KILL,
        START,
        WIPE
    }
}
