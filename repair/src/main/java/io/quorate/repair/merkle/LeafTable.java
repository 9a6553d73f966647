package io.quorate.repair.merkle;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.Dot;
import java.nio.charset.StandardCharsets;

/**
 * The leaves of one partition's hash tree: leaf i is the sum, modulo 2^128, of the hashes of (key, dot) over every live
 * version of every key whose token falls into it. A sum, because a write then changes its leaf in constant time, in any
 * order; 128 bits wide and not an exclusive or, because equal terms must not cancel out.
 *
 * <p>Two replicas with the same live versions have equal leaves, however their contexts are stripped; a deleted key and
 * one that never was count alike.
 */
public final class LeafTable {
    /** Leaves of one partition; the next bits of the token below the partition's. */
    public static final int LEAF_BITS = 10;

    public static final int LEAVES = 1 << LEAF_BITS;

    private final long[] high = new long[LEAVES];
    private final long[] low = new long[LEAVES];

    /** A 128-bit sum. */
    public record Sum(long high, long low) {
        public static final Sum ZERO = new Sum(0, 0);

        public Sum plus(Sum other) {
            long newLow = low + other.low;
            long carry = Long.compareUnsigned(newLow, low) < 0 ? 1 : 0;
            return new Sum(high + other.high + carry, newLow);
        }

        public Sum minus(Sum other) {
            long newLow = low - other.low;
            long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
            return new Sum(high - other.high - borrow, newLow);
        }
    }

    public Sum get(int leaf) {
        return new Sum(high[leaf], low[leaf]);
    }

    public void set(int leaf, Sum sum) {
        high[leaf] = sum.high();
        low[leaf] = sum.low();
    }

    /** The term of one live version. */
    public static Sum term(String bucket, int generation, Bytes key, Dot dot) {
        Hasher hasher = Hashing.murmur3_128().newHasher(key.length() + 96);
        hasher.putInt(generation)
                .putInt(bucket.length())
                .putString(bucket, StandardCharsets.UTF_8)
                .putInt(key.length())
                .putBytes(key.unsafeArray())
                .putString(dot.actor().node().value(), StandardCharsets.UTF_8)
                .putInt(dot.actor().partition())
                .putLong(dot.actor().incarnation())
                .putLong(dot.counter());
        HashCode code = hasher.hash();
        byte[] bytes = code.asBytes();
        return new Sum(longAt(bytes, 0), longAt(bytes, 8));
    }

    private static long longAt(byte[] bytes, int offset) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[offset + i] & 0xff);
        }
        return value;
    }
}
