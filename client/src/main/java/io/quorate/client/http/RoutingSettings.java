package io.quorate.client.http;

import java.time.Duration;

/**
 * How the node for a call is chosen.
 *
 * @param ringAware true to learn the ring and ask a home of the key; false to stay with the contact points
 * @param ringRefreshMin the ring is not asked for more often, whatever epochs answers carry
 * @param ringRefreshMax the ring is asked for again after this time, if there are calls
 * @param probeInterval how often a node that failed, or is slow, is tried again; at most a second, and then it is back
 *     within a second
 * @param slowFactor a node is slow if its answers take so many times as long as the fastest node's
 * @param slowMargin and so much longer, too
 */
public record RoutingSettings(
        boolean ringAware,
        Duration ringRefreshMin,
        Duration ringRefreshMax,
        Duration probeInterval,
        double slowFactor,
        Duration slowMargin) {
    public static final RoutingSettings DEFAULT = new RoutingSettings(
            true, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMillis(750), 3, Duration.ofMillis(10));

    public RoutingSettings {
        Checks.positive("the shortest time between two looks at the ring", ringRefreshMin);
        Checks.positive("the longest time between two looks at the ring", ringRefreshMax);
        Checks.positive("the probe interval", probeInterval);
        Checks.positive("the slow margin", slowMargin);
        if (!(slowFactor >= 1)) {
            throw new IllegalArgumentException("the slow factor must be at least 1, not " + slowFactor);
        }
    }

    public RoutingSettings withRingAware(boolean value) {
        return new RoutingSettings(value, ringRefreshMin, ringRefreshMax, probeInterval, slowFactor, slowMargin);
    }
}
