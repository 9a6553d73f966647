package io.quorate.ring.version;

import io.quorate.ring.bytes.Bytes;

/**
 * One value of a key as one write left it.
 *
 * @param value the raw bytes
 * @param contentType as the writer gave it
 * @param writtenMillis wall clock of the coordinator, for people; never decides anything
 * @param requestId the idempotency key of the write, 1 to 64 bytes; versions with equal ids are one write taken twice
 */
public record Version(Dot dot, Bytes value, String contentType, long writtenMillis, Bytes requestId) {}
