package io.quorate.client.http.engine;

import java.time.Duration;

/**
 * Bounds of the engine.
 *
 * @param connectionsPerNodeMax open connections to one server, each with one request at a time
 * @param requestsWaitingMax requests that wait for a connection to one server; more fail at once
 * @param connectTimeout until a connection that is not made counts as refused
 * @param idleTimeout after which an unused connection is closed; shorter than the server's
 * @param answerBytesMax an answer with a longer body is given up
 */
public record EngineLimits(
        int connectionsPerNodeMax,
        int requestsWaitingMax,
        Duration connectTimeout,
        Duration idleTimeout,
        int answerBytesMax) {
    /** An answer with a longer head is given up. */
    static final int HEAD_BYTES_MAX = 64 << 10;
}
