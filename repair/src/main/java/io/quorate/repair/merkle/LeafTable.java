package io.quorate.repair.merkle;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.Dot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

    /** Inner nodes between the root and the leaves; each has as many leaves below it. */
    public static final int BRANCHES = 1 << (LEAF_BITS / 2);

    private final long[] high = new long[LEAVES];
    private final long[] low = new long[LEAVES];
    private final Sum[] branches = new Sum[BRANCHES];
    private Sum root = Sum.ZERO;

    public LeafTable() {
        Arrays.fill(branches, Sum.ZERO);
    }

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

        /** 64 bits of it, enough to see that two sums differ. */
        public long digest() {
            return low ^ Long.rotateLeft(high, 32);
        }
    }

    public Sum get(int leaf) {
        return new Sum(high[leaf], low[leaf]);
    }

    public void set(int leaf, Sum sum) {
        Sum before = get(leaf);
        int branch = branchOf(leaf);
        branches[branch] = branches[branch].plus(sum).minus(before);
        root = root.plus(sum).minus(before);
        high[leaf] = sum.high();
        low[leaf] = sum.low();
    }

    public static int branchOf(int leaf) {
        return leaf / (LEAVES / BRANCHES);
    }

    /** The sum of all leaves. */
    public Sum root() {
        return root;
    }

    /** What to compare of every branch, in order. */
    public long[] branchDigests() {
        long[] digests = new long[BRANCHES];
        for (int i = 0; i < BRANCHES; i++) {
            digests[i] = branches[i].digest();
        }
        return digests;
    }

    /** What to compare of the leaves below a branch, in order. */
    public long[] leafDigests(int branch) {
        int width = LEAVES / BRANCHES;
        long[] digests = new long[width];
        for (int i = 0; i < width; i++) {
            digests[i] = get(branch * width + i).digest();
        }
        return digests;
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
