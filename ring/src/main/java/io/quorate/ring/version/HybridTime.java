package io.quorate.ring.version;

import java.time.Instant;

/**
 * The stamp of a write in a bucket where the last writer wins: 47 bits of wall-clock milliseconds since 1970 and a 16-bit
 * counter that orders the writes of one millisecond, in one non-negative long that compares as a number. The range ends in
 * the year 6429; a counter that runs over carries into the milliseconds, so there is always a next stamp before that.
 *
 * <p>The hybrid logical clock of Kulkarni, Demirbas, Madappa, Avva and Leone, "Logical Physical Clocks" (2014), section 6,
 * which packs it so.
 *
 * @param packed milliseconds shifted left by 16, and the counter
 */
public record HybridTime(long packed) implements Comparable<HybridTime> {
    /** No stamp: older than every stamp. What a bucket that keeps siblings writes. */
    public static final HybridTime NONE = new HybridTime(0);

    /** The last millisecond that a stamp can name. */
    public static final long MILLIS_MAX = (1L << 47) - 1;

    private static final int COUNTER_BITS = 16;

    public HybridTime {
        if (packed < 0) {
            throw new IllegalArgumentException("a hybrid time is not negative: " + packed);
        }
    }

    /** The first stamp of a millisecond; of the nearest that can be named if this one cannot. */
    public static HybridTime ofMillis(long millis) {
        return new HybridTime(Math.max(0, Math.min(millis, MILLIS_MAX)) << COUNTER_BITS);
    }

    /** Milliseconds since 1970. */
    public long millis() {
        return packed >>> COUNTER_BITS;
    }

    public int counter() {
        return (int) (packed & 0xffff);
    }

    public boolean isNone() {
        return packed == 0;
    }

    public boolean isAfter(HybridTime other) {
        return packed > other.packed;
    }

    public HybridTime max(HybridTime other) {
        return other.isAfter(this) ? other : this;
    }

    /** The least stamp after this one. */
    public HybridTime next() {
        return new HybridTime(Math.addExact(packed, 1));
    }

    @Override
    public int compareTo(HybridTime other) {
        return Long.compare(packed, other.packed);
    }

    /** The form that people see: the instant and the counter, {@code 2026-11-21T10:15:05.123Z/7}. */
    public String toText() {
        return Instant.ofEpochMilli(millis()) + "/" + counter();
    }

    @Override
    public String toString() {
        return toText();
    }
}
