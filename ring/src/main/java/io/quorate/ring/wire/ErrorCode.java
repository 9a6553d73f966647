package io.quorate.ring.wire;

import java.util.Locale;
import java.util.Optional;

/** The errors of the contract: a stable code, its HTTP status and its title. */
public enum ErrorCode {
    BAD_REQUEST(400, "The request is malformed"),
    BAD_LEVEL(400, "The consistency level cannot be used here"),
    BAD_CONTEXT(400, "The causal context cannot be used here"),
    BAD_KEY(400, "The key is malformed"),
    BAD_BUCKET(400, "The bucket name or definition is malformed"),
    NOT_FOUND(404, "There is no such key"),
    NO_SUCH_BUCKET(404, "There is no such bucket"),
    NO_SUCH_ROUTE(404, "There is no such route"),
    METHOD_NOT_ALLOWED(405, "The route does not take this method"),
    NOT_ACCEPTABLE(406, "The answer is not available in an accepted form"),
    BUCKET_IMMUTABLE(409, "The bucket exists with another definition"),
    IDEMPOTENCY_CONFLICT(409, "The idempotency key was used with another body"),
    TOO_MANY_SIBLINGS(409, "The key has too many siblings"),
    LENGTH_REQUIRED(411, "The request needs a Content-Length"),
    PRECONDITION_FAILED(412, "The precondition does not hold"),
    VALUE_TOO_LARGE(413, "The value is too large"),
    KEY_TOO_LONG(414, "The key or the address is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported"),
    LEVEL_NOT_IN_MODE(422, "The bucket's mode has no such level"),
    CAS_NEEDS_LEADER(422, "Compare-and-set needs a leader bucket"),
    OVERLOADED(429, "This node has too much to do"),
    HEADERS_TOO_LARGE(431, "The request headers are too large"),
    INTERNAL(500, "This node failed"),
    NOT_IMPLEMENTED(501, "Not available in this version"),
    UNAVAILABLE(503, "The level cannot be met now"),
    NO_LEADER(503, "The key's group has no leader"),
    LEVEL_NOT_REACHED(504, "The level was not reached"),
    TIMEOUT(504, "The deadline passed"),
    DISK_FULL(507, "This node's disk is full");

    private final int status;
    private final String title;

    ErrorCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The code as clients see it, such as {@code level-not-reached}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<ErrorCode> parse(String text) {
        for (ErrorCode code : values()) {
            if (code.text().equals(text)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }
}
