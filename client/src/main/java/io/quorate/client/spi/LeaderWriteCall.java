package io.quorate.client.spi;

import io.quorate.client.data.Value;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.WriteLevel;
import java.time.Duration;
import java.util.Optional;

/**
 * Writes or deletes a key of a leader bucket.
 *
 * @param value empty: delete
 * @param level empty: as the bucket's definition says
 * @param idempotencyKey 1 to 64 visible characters, the same for every try of one write
 * @param timeout the store's deadline, counted from the call, 1 ms to 60 s
 */
public record LeaderWriteCall(
        String bucket,
        Bytes key,
        Optional<Value> value,
        Expected expected,
        Optional<WriteLevel> level,
        String idempotencyKey,
        Duration timeout) {}
