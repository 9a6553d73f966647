package io.quorate.bench.load;

import org.HdrHistogram.Histogram;

/** A distribution of latencies in milliseconds; all 0 if {@code count} is 0. */
record Latencies(long count, double mean, double p50, double p90, double p99, double p999, double max) {
    private static final double MICROS_PER_MILLI = 1000;

    /** Reads a histogram of microseconds. */
    static Latencies of(Histogram micros) {
        if (micros.getTotalCount() == 0) {
            return new Latencies(0, 0, 0, 0, 0, 0, 0);
        }
        return new Latencies(
                micros.getTotalCount(),
                micros.getMean() / MICROS_PER_MILLI,
                at(micros, 50),
                at(micros, 90),
                at(micros, 99),
                at(micros, 99.9),
                micros.getMaxValue() / MICROS_PER_MILLI);
    }

    private static double at(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }
}
