package io.quorate.client.http.engine;

/**
 * Carries one request to one server. All methods are called on the loop's thread, which also brings the answers; none
 * blocks or throws.
 */
public interface HttpEngine extends AutoCloseable {
    /**
     * Sends a request. The sink hears exactly once of it, never before this method has returned.
     *
     * @param deadlineNanos on the clock of {@link System#nanoTime()}
     */
    Transfer send(Origin origin, WireRequest request, long deadlineNanos, Sink sink);

    /** What is open to a server now; zeros for one that nothing was sent to. */
    Load load(Origin origin);

    /** Ends all transfers and connections. */
    @Override
    void close();

    /** Who waits for an answer. */
    interface Sink {
        void answered(WireReply reply);

        void failed(Failure failure);
    }

    /** A request on its way. */
    interface Transfer {
        /** Takes it back if it has not left yet: true, and the sink hears nothing. What has left is not disturbed. */
        boolean withdraw();
    }

    /** Connections that are open, and requests that wait for one. */
    record Load(int connections, int waiting) {
        public static final Load NONE = new Load(0, 0);
    }
}
