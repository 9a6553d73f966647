package io.quorate.client.http.route;

import java.util.Arrays;

/** Quantiles of the last answer times; brought up to date every few of them. */
public final class RecentTimes {
    private static final int WINDOW = 512;
    private static final int FRESHEN_EVERY = 64;
    private static final int SAMPLES_MIN = 32;

    private final long[] nanos = new long[WINDOW];
    private long[] sorted = new long[0];
    private long count;

    public void add(long value) {
        nanos[(int) (count % WINDOW)] = value;
        count++;
        if (count == SAMPLES_MIN || count % FRESHEN_EVERY == 0) {
            sorted = Arrays.copyOf(nanos, (int) Math.min(count, WINDOW));
            Arrays.sort(sorted);
        }
    }

    /** The answer time that this share of recent ones did not exceed, in nanoseconds; -1 if there are too few. */
    public long quantile(double share) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1, (long) (share * sorted.length))];
    }
}
