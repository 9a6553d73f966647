package io.quorate.node.transport.tcp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks up the addresses of a host. It may block, so it is never called on a thread that serves. */
@FunctionalInterface
public interface Names {
    /** What the operating system knows: its files, DNS, or whatever it is set up to ask. */
    Names SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    /**
     * Looks up.
     *
     * @return at least one address
     * @throws UnknownHostException if there is none
     */
    List<InetAddress> addressesOf(String host) throws UnknownHostException;
}
