package io.quorate.node.protocol.antientropy;

/**
 * The rhythm of anti-entropy.
 *
 * @param intervalNanos after which two homes that were equal are compared again
 * @param pauseNanos between finding that leaves differ and looking into them: writes that are in flight end meanwhile
 * @param retryNanos after a round that came to nothing
 * @param resendNanos after which a question without answer is sent again
 * @param rounds of a node at the same time
 * @param bytesPerSecond of keys and values that a node asks others for
 * @param scrubNanos between looking at one leaf of this node's own hash trees and the next, whether records still make it up
 */
public record ExchangeSettings(
        long intervalNanos,
        long pauseNanos,
        long retryNanos,
        long resendNanos,
        int rounds,
        long bytesPerSecond,
        long scrubNanos) {
    public static final ExchangeSettings DEFAULT = new ExchangeSettings(
            60_000_000_000L, 500_000_000L, 5_000_000_000L, 1_000_000_000L, 4, 32L << 20, 10_000_000L);

    /** Whether homes are compared without being asked to. */
    public boolean isOn() {
        return intervalNanos != Long.MAX_VALUE;
    }

    /** Nothing is compared unless somebody asks for it. */
    public ExchangeSettings never() {
        return new ExchangeSettings(
                Long.MAX_VALUE, pauseNanos, retryNanos, resendNanos, rounds, bytesPerSecond, Long.MAX_VALUE);
    }

    /** Differences are looked into as soon as they are found. */
    public ExchangeSettings withoutPause() {
        return new ExchangeSettings(intervalNanos, 0, retryNanos, resendNanos, rounds, bytesPerSecond, scrubNanos);
    }
}
