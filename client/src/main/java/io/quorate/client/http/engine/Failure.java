package io.quorate.client.http.engine;

import org.jspecify.annotations.Nullable;

/**
 * Why no answer came.
 *
 * @param sent false if it is certain that no byte of the request left
 * @param what in words for a person
 */
public record Failure(
        Kind kind, boolean sent, String what, @Nullable Throwable cause) {
    /** Kinds of failures. */
    public enum Kind {
        /** No connection could be made. */
        UNREACHABLE,
        /** Too many requests wait for a connection to this server already. */
        CROWDED,
        /** The deadline passed. */
        LATE,
        /** The connection broke. */
        BROKEN,
        /** What came is no HTTP answer, or is too long. */
        BAD_ANSWER,
        /** The request cannot stand on the wire. */
        BAD_REQUEST,
        /** The engine was closed. */
        CLOSED
    }

    static Failure unsent(Kind kind, String what) {
        return new Failure(kind, false, what, null);
    }
}
