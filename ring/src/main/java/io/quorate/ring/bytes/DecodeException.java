package io.quorate.ring.bytes;

/** Bytes that are not what their reader expects: cut short, out of bounds, of an unknown version or a wrong checksum. */
public final class DecodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DecodeException(String message) {
        super(message);
    }

    public DecodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
