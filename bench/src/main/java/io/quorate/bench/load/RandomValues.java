package io.quorate.bench.load;

import java.util.SplittableRandom;

/** Values that do not compress and are not all alike: cut at random places from one random block. Not thread-safe. */
final class RandomValues {
    /** The block is this much longer than a value. */
    private static final int VARIETY_BYTES = 4096;

    private final int sizeBytes;
    private final SplittableRandom random;
    private final byte[] block;

    RandomValues(int sizeBytes, SplittableRandom random) {
        this.sizeBytes = sizeBytes;
        this.random = random;
        this.block = new byte[sizeBytes + VARIETY_BYTES];
        random.nextBytes(block);
    }

    int sizeBytes() {
        return sizeBytes;
    }

    /** Where the next value begins in {@link #block()}. */
    int nextOffset() {
        return random.nextInt(VARIETY_BYTES + 1);
    }

    /** The block itself, not a copy. */
    byte[] block() {
        return block;
    }
}
