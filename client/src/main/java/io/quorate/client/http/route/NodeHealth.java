package io.quorate.client.http.route;

import io.quorate.client.http.engine.Origin;

/** What is known of one node: up or down, how fast, how busy. */
public final class NodeHealth {
    /** Weight of one answer time in the mean. */
    private static final double WEIGHT = 0.1;

    private final Origin origin;
    private String id = "";
    private boolean down;
    private boolean busy;
    private long busyUntilNanos;
    private boolean full;
    private long fullUntilNanos;
    private double answerNanos = -1;
    private boolean answered;
    private long answeredAtNanos;
    private boolean trying;
    private long nextTryNanos;
    private int inFlight;
    private long requests;
    private long failures;

    NodeHealth(Origin origin) {
        this.origin = origin;
    }

    public Origin origin() {
        return origin;
    }

    /** The id in the ring; empty if no ring names it. */
    public String id() {
        return id;
    }

    void named(String name) {
        id = name;
    }

    public boolean isDown() {
        return down;
    }

    /** True while it asked to be left alone. */
    public boolean isBusy(long nowNanos) {
        busy = busy && nowNanos - busyUntilNanos < 0;
        return busy;
    }

    private boolean isFull(long nowNanos) {
        full = full && nowNanos - fullUntilNanos < 0;
        return full;
    }

    boolean mayServe(long nowNanos, boolean write) {
        return !down && !isBusy(nowNanos) && !(write && isFull(nowNanos));
    }

    public int inFlight() {
        return inFlight;
    }

    public long requests() {
        return requests;
    }

    public long failures() {
        return failures;
    }

    /** Recent answer time in nanoseconds, a decaying mean; -1 if none is known. */
    public double answerNanos() {
        return answerNanos;
    }

    public void sent() {
        inFlight++;
        requests++;
    }

    /** A request was taken back before it left. */
    public void withdrawn() {
        inFlight--;
        requests--;
    }

    /** A request ended, with or without an answer. */
    public void ended() {
        inFlight--;
    }

    /**
     * An answer came, whatever it said.
     *
     * @param trial true if the node was slow and this was to find out whether it still is: then it alone counts
     */
    public void answered(long nowNanos, long tookNanos, boolean trial) {
        answered = true;
        answeredAtNanos = nowNanos;
        answerNanos = answerNanos < 0 || trial ? tookNanos : answerNanos + WEIGHT * (tookNanos - answerNanos);
    }

    public void failed() {
        failures++;
        down = true;
    }

    /** A request went wrong in a way that says nothing of others. */
    public void answeredBadly() {
        failures++;
    }

    /** Nothing came for a request sent then; true if the node has been silent to all others since, and so is down. */
    public boolean silentSince(long sentNanos) {
        if (answered && answeredAtNanos - sentNanos > 0) {
            return false;
        }
        down = true;
        return true;
    }

    /** It answered a question of how it is. */
    public void up() {
        down = false;
        // Its old times say nothing of its new life.
        answerNanos = -1;
    }

    /** It wants no requests until then. */
    public void busyUntil(long nanos) {
        busy = true;
        busyUntilNanos = nanos;
    }

    /** It takes no writes until then. */
    public void fullUntil(long nanos) {
        full = true;
        fullUntilNanos = nanos;
    }

    /** Whether a node that is passed over is due to be tried again; if so, the next time is set. */
    boolean takeTry(long nowNanos, long intervalNanos) {
        if (trying && nowNanos - nextTryNanos < 0) {
            return false;
        }
        boolean due = trying;
        trying = true;
        nextTryNanos = nowNanos + intervalNanos;
        return due;
    }

    /** It is not passed over any more. */
    void preferred() {
        trying = false;
    }

    /**
     * What one more request there would cost: answer time by queue length.
     *
     * @param elseNanos the answer time if none is known
     */
    double cost(double elseNanos) {
        return (answerNanos < 0 ? elseNanos : answerNanos) * (inFlight + 1);
    }
}
