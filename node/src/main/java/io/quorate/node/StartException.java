package io.quorate.node;

/** A node that could not start, for a reason that its user can mend; the message is one line that says how. */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    public StartException(String message) {
        super(message);
    }
}
