package io.quorate.node.protocol.group;

/**
 * The time of a group's log, by which all replicas forget requests alike: from what the log says when this node begins to
 * lead, it goes on as this node's clock runs. What wall clocks say does not matter, else a leader whose clock is ahead of
 * that of the one before would have everything forgotten at once, and retries made a second time.
 */
final class LogClock {
    private long millis;
    private long since;

    /** This node leads from now on; the log had come to a time. */
    void lead(long logMillis, long now) {
        millis = logMillis;
        since = now;
    }

    long at(long now) {
        return millis + (now - since) / 1_000_000;
    }
}
