package io.quorate.bench.load;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How often each key is asked for: all alike, or by Zipf's law, where the key of rank r (from 1) is asked for in
 * proportion to 1 / r^s. Drawn exactly, by binary search in the cumulative weights: 8 bytes a key, kept once for all
 * clients. Immutable.
 */
final class KeyPopularity {
    /** Entry i: the weights of the ranks 0 to i together; empty if all are alike. */
    private final double[] cumulative;

    /** A popularity of so many keys; exponent 0 makes all alike. */
    KeyPopularity(int keys, double exponent) {
        cumulative = new double[exponent == 0 ? 0 : keys];
        double sum = 0;
        for (int i = 0; i < cumulative.length; i++) {
            sum += Math.pow(i + 1.0, -exponent);
            cumulative[i] = sum;
        }
    }

    /** Draws a rank from 0 to {@code count - 1}, the most popular first; {@code count} is at most the number of keys. */
    int draw(SplittableRandom random, int count) {
        if (cumulative.length == 0) {
            return random.nextInt(count);
        }
        double point = random.nextDouble() * cumulative[count - 1];
        int found = Arrays.binarySearch(cumulative, 0, count, point);
        // A point that is an entry belongs to the next rank: entry i ends rank i.
        return Math.min(found < 0 ? -found - 1 : found + 1, count - 1);
    }
}
