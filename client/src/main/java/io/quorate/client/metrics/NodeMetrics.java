package io.quorate.client.metrics;

/**
 * What a client knows of one node.
 *
 * @param url its base URL
 * @param id its id in the ring; empty if no ring names it
 * @param state how requests are routed to it
 * @param requests sent to it, since the client was made
 * @param failures of those, without a usable answer
 * @param inFlight requests to it that have no answer yet
 * @param connections open ones
 * @param waiting requests that wait for a connection to it
 * @param answerMillis recent answer time, a decaying mean; -1 if none is known
 */
public record NodeMetrics(
        String url,
        String id,
        State state,
        long requests,
        long failures,
        int inFlight,
        int connections,
        int waiting,
        double answerMillis) {
    /** How requests are routed to a node. */
    public enum State {
        /** Like any other. */
        UP,
        /** Only if no other is left; it is asked once in a while whether it is back. */
        DOWN,
        /** Not before the time it asked for has passed. */
        BUSY
    }
}
