package io.quorate.client.http;

import java.time.Duration;

/**
 * Bounds of the connections to each node.
 *
 * @param perNodeMax connections to one node; each carries one request at a time
 * @param waitingPerNodeMax requests that wait for a connection to one node; more are sent elsewhere or fail at once
 * @param idleTimeout after which an unused connection is closed; keep it under the nodes' own 30 s
 */
public record ConnectionSettings(int perNodeMax, int waitingPerNodeMax, Duration idleTimeout) {
    public static final ConnectionSettings DEFAULT = new ConnectionSettings(64, 1024, Duration.ofSeconds(20));

    public ConnectionSettings {
        Checks.atLeast("the number of connections to a node", perNodeMax, 1);
        Checks.atLeast("the number of requests that may wait", waitingPerNodeMax, 1);
        Checks.positive("the idle timeout", idleTimeout);
    }
}
