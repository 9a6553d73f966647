package io.quorate.client.spi;

import io.quorate.client.data.Context;
import io.quorate.ring.bytes.Bytes;
import java.util.Optional;

/**
 * Removes versions of a key.
 *
 * @param context the versions to remove; empty: those that a read at the same level sees
 * @param idempotencyKey 1 to 64 visible characters, the same for every try of one delete
 */
public record DeleteCall(
        String bucket, Bytes key, Optional<Context> context, String idempotencyKey, CallOptions options) {}
