package io.quorate.node.protocol.pace;

/**
 * When a peer counts as slow, and when another is asked beside it. Times in nanoseconds.
 *
 * @param slowFactor a peer is slow if it takes more than this many times what the best takes
 * @param slowFloorNanos and more than this
 * @param probeNanos how often a slow peer is asked for the sake of knowing
 * @param hedgePermille extra questions to a thousand requests at most
 * @param hedgesSaved how many of them may be saved up
 * @param hedgeFloorNanos the shortest wait before a read is hedged
 * @param hedgeCapNanos the longest, and that of a node which has not seen enough reads to know
 * @param forwardFloorNanos the shortest wait before a forwarded request is hedged
 * @param forwardCapNanos the longest
 * @param silentNanos without an answer after which another home is asked, budget or not
 */
public record PaceSettings(
        int slowFactor,
        long slowFloorNanos,
        long probeNanos,
        int hedgePermille,
        int hedgesSaved,
        long hedgeFloorNanos,
        long hedgeCapNanos,
        long forwardFloorNanos,
        long forwardCapNanos,
        long silentNanos) {
    private static final long MILLI = 1_000_000L;

    public static final PaceSettings DEFAULT = new PaceSettings(
            3, 10 * MILLI, 1000 * MILLI, 50, 10, MILLI, 100 * MILLI, 20 * MILLI, 80 * MILLI, 250 * MILLI);

    public PaceSettings {
        if (slowFactor < 1 || hedgePermille < 0 || hedgePermille > 1000 || hedgesSaved < 1) {
            throw new IllegalArgumentException("slowFactor=" + slowFactor + ", hedgePermille=" + hedgePermille
                    + ", hedgesSaved=" + hedgesSaved + ": need at least 1, 0 to 1000, at least 1");
        }
        if (hedgeFloorNanos > hedgeCapNanos || forwardFloorNanos > forwardCapNanos) {
            throw new IllegalArgumentException("a hedge's shortest wait is longer than its longest");
        }
    }
}
