package io.quorate.node.protocol.store;

/** A stored record that does not match its checksum or format: an error of this replica, never an absence. */
public final class CorruptRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CorruptRecordException(String message) {
        super(message);
    }

    public CorruptRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
