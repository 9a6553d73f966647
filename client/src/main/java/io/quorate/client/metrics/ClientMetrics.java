package io.quorate.client.metrics;

import java.util.List;

/**
 * Numbers of one client since it was made. Counters only grow, so any metrics library can take them as functions, such as
 * {@code FunctionCounter.builder("quorate.client.retries", client, c -> c.metrics().retries())} of Micrometer.
 *
 * @param calls calls begun
 * @param failed calls that ended with an exception
 * @param inFlight calls that have not ended
 * @param retries requests sent again to another node, or the same, after one failed or kept silent
 * @param retriesDenied those not sent for want of budget
 * @param hedgesWon second requests of slow reads that answered first
 * @param hedgesLost those that were not needed in the end
 * @param hedgesDenied those not sent for want of budget
 * @param ringRefreshes rings taken over from a node
 * @param epoch the epoch of the ring that requests are routed by, -1 if none is known
 * @param nodes every node known, contact points first
 */
public record ClientMetrics(
        long calls,
        long failed,
        long inFlight,
        long retries,
        long retriesDenied,
        long hedgesWon,
        long hedgesLost,
        long hedgesDenied,
        long ringRefreshes,
        long epoch,
        List<NodeMetrics> nodes) {
    /** Of a client that counts nothing, because its node is in the same process. */
    public static final ClientMetrics NONE = new ClientMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, -1, List.of());

    public ClientMetrics {
        nodes = List.copyOf(nodes);
    }
}
