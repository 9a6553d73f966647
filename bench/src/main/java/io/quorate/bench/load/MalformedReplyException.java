package io.quorate.bench.load;

import java.io.IOException;

/** A server sent what is no HTTP/1.1 answer, or one beyond this client's limits. */
final class MalformedReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedReplyException(String message) {
        super(message);
    }
}
