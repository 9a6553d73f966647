package io.quorate.client.spi;

import io.quorate.client.data.Context;
import io.quorate.client.data.Value;
import io.quorate.ring.bytes.Bytes;
import java.util.Optional;

/**
 * Writes one version of a key.
 *
 * @param context what the new version replaces; empty: nothing
 * @param idempotencyKey 1 to 64 visible characters, the same for every try of one write
 */
public record PutCall(
        String bucket, Bytes key, Value value, Optional<Context> context, String idempotencyKey, CallOptions options) {}
