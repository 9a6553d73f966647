package io.quorate.node.transport.tcp;

import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;

/** Hears how the connections of a {@link TcpTransport} fare, on its threads; must not block. */
public interface LinkEvents {
    /** A connection to a peer can carry frames. */
    void opened(NodeId peer, Lane lane);

    /**
     * A connection to a peer has ended, or none could be made.
     *
     * @param refused whether the peer's machine answered that nobody listens there: its process has ended
     */
    void lost(NodeId peer, Lane lane, boolean refused, String reason);

    /** A frame was not sent, because too much waited or its connection ended. */
    void dropped(NodeId peer, Lane lane, int frames);

    /**
     * This node has turned somebody away, or was turned away; told at most once in ten seconds for each remote address.
     *
     * @param message who, why, and what to do about it
     */
    void refused(String message);

    /** A member that no configuration says a host of is connected at an address at which it was not before. */
    default void found(NodeId peer, InetSocketAddress address) {}

    /** A member has looked here for another one that was here before; nothing is wrong. */
    default void misled(NodeId peer) {}

    /** A node asks for entry that is no member; as often as it does. */
    void stranger(NodeId node);
}
