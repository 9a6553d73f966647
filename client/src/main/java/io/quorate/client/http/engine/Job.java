package io.quorate.client.http.engine;

import org.jspecify.annotations.Nullable;

/** One request in the engine: waiting, on the wire, or done. */
final class Job implements HttpEngine.Transfer {
    private final Loop loop;
    private final Pool pool;
    private final WireRequest request;
    private final HttpEngine.Sink sink;
    private @Nullable Connection carrier;
    private Loop.@Nullable Timer deadline;
    private boolean started;
    private boolean done;

    Job(Loop loop, Pool pool, WireRequest request, HttpEngine.Sink sink) {
        this.loop = loop;
        this.pool = pool;
        this.request = request;
        this.sink = sink;
    }

    WireRequest request() {
        return request;
    }

    boolean isDone() {
        return done;
    }

    boolean isWaiting() {
        return !done && carrier == null;
    }

    /** Ends in its own time at the latest. */
    void endAt(long deadlineNanos) {
        deadline = loop.at(deadlineNanos, this::expired);
    }

    /** From now on the sink may hear. */
    void started() {
        started = true;
    }

    void carriedBy(Connection connection) {
        carrier = connection;
    }

    void answered(WireReply reply) {
        if (finish()) {
            sink.answered(reply);
        }
    }

    void failed(Failure failure) {
        if (!started) {
            loop.soon(() -> failed(failure));
        } else if (finish()) {
            sink.failed(failure);
        }
    }

    @Override
    public boolean withdraw() {
        if (!isWaiting()) {
            return false;
        }
        finish();
        pool.forget(this);
        return true;
    }

    private void expired() {
        Connection connection = carrier;
        if (connection == null) {
            failed(Failure.unsent(Failure.Kind.LATE, "no connection was free in time"));
            pool.forget(this);
            return;
        }
        boolean sent = connection.hasSent();
        failed(new Failure(Failure.Kind.LATE, sent, sent ? "no answer in time" : "could not be sent in time", null));
        connection.close();
    }

    private boolean finish() {
        if (done) {
            return false;
        }
        done = true;
        Loop.Timer timer = deadline;
        if (timer != null) {
            timer.stop();
        }
        return true;
    }
}
