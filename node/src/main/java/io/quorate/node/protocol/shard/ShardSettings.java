package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.pace.PaceSettings;

/**
 * The limits and rhythms of a shard, in nanoseconds and counts.
 *
 * @param resendNanos how long a message to another node stays without answer before it is sent again; for writes, if
 *     answers are quick
 * @param inFlightMax requests in flight above which new ones are refused
 * @param behindMaxNanos how long input may have waited before requests of other nodes' clients are refused
 * @param pace when another home is asked for speed
 * @param maxDriftMillis by how much clocks may differ before they are not used for stamps (buckets where the last writer
 *     wins)
 * @param exchange how homes are brought together in the background
 * @param hints what is kept for homes that cannot take it
 * @param requestMaxNanos the longest time that any request of the cluster may take
 */
public record ShardSettings(
        long resendNanos,
        int inFlightMax,
        long behindMaxNanos,
        PaceSettings pace,
        long maxDriftMillis,
        ExchangeSettings exchange,
        HintSettings hints,
        long requestMaxNanos) {
    /**
     * A minute: far more than clocks that are kept by NTP differ, and than a pause makes a peer's clock seem to; far
     * less than the errors that people make when they set one.
     */
    public static final long MAX_DRIFT_MILLIS = 60_000;

    /** What clients may ask for at most. */
    public static final long REQUEST_MAX_NANOS = 60_000_000_000L;

    public static final ShardSettings DEFAULT = new ShardSettings(200_000_000L, 4096);

    public ShardSettings(long resendNanos, int inFlightMax) {
        this(
                resendNanos,
                inFlightMax,
                250_000_000L,
                PaceSettings.DEFAULT,
                MAX_DRIFT_MILLIS,
                ExchangeSettings.DEFAULT.never(),
                HintSettings.DEFAULT,
                REQUEST_MAX_NANOS);
    }
}
