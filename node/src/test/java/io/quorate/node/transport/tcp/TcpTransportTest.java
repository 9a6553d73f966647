package io.quorate.node.transport.tcp;

import io.quorate.node.transport.Rig;
import io.quorate.node.transport.TransportContract;

/** Connections of our own keep the contract. */
final class TcpTransportTest extends TransportContract {
    @Override
    protected Rig rig() {
        return new TcpRig();
    }
}
