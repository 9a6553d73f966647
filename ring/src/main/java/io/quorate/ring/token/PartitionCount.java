package io.quorate.ring.token;

/**
 * Q, the number of equal partitions of the ring: a power of two from 1 to 65 536, fixed when a cluster is born. The
 * partition of a token is its top bits, so every partition is one contiguous key range of the ring.
 */
public record PartitionCount(int value) {
    public static final int MAX = 1 << 16;

    public PartitionCount {
        if (value < 1 || value > MAX || Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException("partitions must be a power of two from 1 to " + MAX + ", not " + value);
        }
    }

    public int partitionOf(long token) {
        return value == 1 ? 0 : (int) (token >>> (64 - Integer.numberOfTrailingZeros(value)));
    }

    /** The bits of the token below those that name the partition, as a number from 0 to {@code 2^bits - 1}. */
    public int bitsBelowPartition(long token, int bits) {
        int top = Integer.numberOfTrailingZeros(value);
        return (int) (token << top >>> (64 - bits));
    }

    /** The first token of a partition with these bits below: what {@link #bitsBelowPartition} reads. */
    public long firstToken(int partition, int below, int bits) {
        int top = Integer.numberOfTrailingZeros(value);
        return (top == 0 ? 0 : (long) partition << (64 - top)) | (long) below << (64 - top - bits);
    }
}
