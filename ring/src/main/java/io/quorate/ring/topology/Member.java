package io.quorate.ring.topology;

/**
 * One node of the ring.
 *
 * @param zone the part of a data centre that fails together (a rack, an availability zone)
 * @param capacity its share relative to the others, above 0
 * @param http base URL that clients use, such as {@code http://127.0.0.1:7101}
 * @param host where the other nodes reach it; empty if that has to be found out
 * @param port the port on that host for the cluster of actor systems
 * @param peerPort the port on that host for frames between nodes
 */
public record Member(
        NodeId id, String dc, String zone, double capacity, String http, String host, int port, int peerPort) {
    public Member {
        if (!(capacity > 0) || Double.isInfinite(capacity)) {
            throw new IllegalArgumentException("capacity of " + id + " must be above 0, not " + capacity);
        }
    }
}
