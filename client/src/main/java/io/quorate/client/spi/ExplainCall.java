package io.quorate.client.spi;

import io.quorate.ring.bytes.Bytes;
import java.time.Duration;

/** Asks every replica of a key what it holds, and repairs nothing. */
public record ExplainCall(String bucket, Bytes key, Duration timeout) {}
