package io.quorate.client.http.route;

/** Which of a key's homes a request is for. */
public sealed interface Aim {
    /** Any of them: the bucket is leaderless, or the request about something else. */
    record Homes() implements Aim {}

    /** Whoever leads the key's group; any home hands it on. */
    record Leader() implements Aim {}

    /**
     * Any member of the key's group that is not too far behind.
     *
     * @param maxLagMillis how far it may be
     */
    record Member(long maxLagMillis) implements Aim {}

    /** Whether a group answers it. */
    default boolean isGroups() {
        return !(this instanceof Homes);
    }
}
