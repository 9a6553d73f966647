package io.quorate.ring.version;

import io.quorate.ring.bytes.Bytes;

/**
 * One value of a key as one write left it.
 *
 * @param value the raw bytes
 * @param contentType as the writer gave it
 * @param writtenMillis wall clock of the coordinator, for people; never decides anything
 * @param requestId the idempotency key of the write, 1 to 64 bytes; versions with equal ids are one write taken twice
 * @param stamp which of several versions wins where the last writer does; none in a bucket that keeps siblings
 */
public record Version(Dot dot, Bytes value, String contentType, long writtenMillis, Bytes requestId, HybridTime stamp) {
    /** A version without a stamp. */
    public Version(Dot dot, Bytes value, String contentType, long writtenMillis, Bytes requestId) {
        this(dot, value, contentType, writtenMillis, requestId, HybridTime.NONE);
    }
}
