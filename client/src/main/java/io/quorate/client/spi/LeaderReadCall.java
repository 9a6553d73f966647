package io.quorate.client.spi;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.wire.SessionToken;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads a key of a leader bucket.
 *
 * @param level empty: as the bucket's definition says
 * @param maxLag how old what a {@link ReadLevel#FOLLOWER} has may be, 1 ms to 60 s; empty: of any age
 * @param seen what the answer has to be as new as
 * @param timeout the store's deadline, counted from the call, 1 ms to 60 s
 */
public record LeaderReadCall(
        String bucket,
        Bytes key,
        Optional<ReadLevel> level,
        Optional<Duration> maxLag,
        SessionToken seen,
        Duration timeout) {}
