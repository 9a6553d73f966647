package io.quorate.client.http;

import java.time.Duration;

/**
 * Second requests for reads that take longer than most (Dean and Barroso, The Tail at Scale, 2013).
 *
 * @param budgetShare hedges per call, on average, from 0 (none) to 1
 * @param budgetBurst hedges allowed at once
 * @param quantile of recent reads after whose answer time a read is hedged
 * @param delayMin no read is hedged earlier
 */
public record HedgeSettings(double budgetShare, int budgetBurst, double quantile, Duration delayMin) {
    public static final HedgeSettings DEFAULT = new HedgeSettings(0.05, 10, 0.95, Duration.ofMillis(1));
    public static final HedgeSettings NONE = new HedgeSettings(0, 0, 1, Duration.ofSeconds(60));

    public HedgeSettings {
        Checks.share("the share of hedges", budgetShare);
        Checks.atLeast("the burst of hedges", budgetBurst, 0);
        Checks.share("the quantile", quantile);
        Checks.positive("the shortest delay", delayMin);
    }
}
