package io.quorate.client.spi;

import io.quorate.ring.bytes.Bytes;

/** Reads all live versions of a key. */
public record GetCall(String bucket, Bytes key, CallOptions options) {}
