package io.quorate.client;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Makes keys that no other write has: 96 random bits of the client and a number. */
final class IdempotencyKeys {
    private static final int RANDOM_BYTES = 12;

    private final String prefix;
    private final AtomicLong next = new AtomicLong();

    IdempotencyKeys() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        prefix = HexFormat.of().formatHex(random) + "-";
    }

    String next() {
        return prefix + Long.toString(next.incrementAndGet(), Character.MAX_RADIX);
    }
}
