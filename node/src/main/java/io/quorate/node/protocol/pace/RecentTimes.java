package io.quorate.node.protocol.pace;

/**
 * Recent durations as a histogram that forgets: four classes to each doubling, and every count halved when there are
 * {@value #SAMPLES_MAX}. A quantile is the upper edge of its class, at most a quarter above the truth.
 */
public final class RecentTimes {
    private static final int SAMPLES_MAX = 1000;
    private static final int FRESH = 16;
    private static final int CLASSES = 64 * 4;

    private final int[] counts = new int[CLASSES];
    private int total;
    private int sinceLooked = FRESH;
    private int lookedPercent;
    private long looked;

    /** Takes one duration in nanoseconds. */
    public void record(long nanos) {
        counts[classOf(Math.max(4, nanos))]++;
        total++;
        sinceLooked++;
        if (total >= SAMPLES_MAX) {
            total = 0;
            for (int i = 0; i < CLASSES; i++) {
                counts[i] /= 2;
                total += counts[i];
            }
        }
    }

    /** Durations that are remembered. */
    public int samples() {
        return total;
    }

    /** The duration that this share of the recent ones did not exceed, some samples late; 0 if there are none. */
    public long percentile(int percent) {
        if (sinceLooked < FRESH && percent == lookedPercent) {
            return looked;
        }
        sinceLooked = 0;
        lookedPercent = percent;
        looked = count(percent);
        return looked;
    }

    private long count(int percent) {
        long wanted = ((long) total * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < CLASSES && total > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return upperEdge(i);
            }
        }
        return 0;
    }

    private static int classOf(long nanos) {
        int exponent = 63 - Long.numberOfLeadingZeros(nanos);
        return exponent * 4 + (int) ((nanos >>> (exponent - 2)) & 3);
    }

    private static long upperEdge(int index) {
        int exponent = index / 4;
        return exponent >= 62 ? Long.MAX_VALUE : (5L + index % 4) << (exponent - 2);
    }
}
