package io.quorate.client.data;

import io.quorate.client.error.Problem;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;

/**
 * What is stored under a key: raw bytes (none to 1 MiB by default) and their media type, which the store keeps and
 * returns but never looks at.
 */
public record Value(Bytes data, String contentType) {
    public static final String TEXT = "text/plain; charset=utf-8";

    /**
     * Checks the media type.
     *
     * @throws RequestRefusedException if it is empty or could not stand in a header
     */
    public Value {
        if (contentType.isBlank() || !contentType.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new RequestRefusedException(Problem.refused(
                    ErrorCode.BAD_REQUEST, "content type must be visible ASCII, not '" + contentType + "'"));
        }
    }

    /** Bytes of no stated kind, {@code application/octet-stream}. */
    public static Value of(Bytes data) {
        return new Value(data, HttpNames.OCTET_STREAM);
    }

    /** A text in UTF-8. */
    public static Value ofText(String text) {
        return new Value(Bytes.ofUtf8(text), TEXT);
    }
}
