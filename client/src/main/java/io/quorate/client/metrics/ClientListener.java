package io.quorate.client.metrics;

/**
 * Hears what a client does, as it happens. Methods are called on the client's own thread, between two answers: they must
 * be quick, not wait, and not throw.
 */
public interface ClientListener {
    /** Hears nothing. */
    ClientListener NONE = new ClientListener() {};

    /**
     * A node answered, or a request to it failed.
     *
     * @param url the node's base URL
     * @param method of HTTP
     * @param status of the answer, 0 if none came
     * @param nanos since it was sent
     */
    default void attemptEnded(String url, String method, int status, long nanos) {}

    /**
     * A call ended.
     *
     * @param method of HTTP
     * @param code {@code ok}, or the code of the error that the caller sees
     * @param attempts requests it took
     * @param nanos since it began
     */
    default void callEnded(String method, String code, int attempts, long nanos) {}
}
