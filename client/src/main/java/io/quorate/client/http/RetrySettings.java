package io.quorate.client.http;

import java.time.Duration;

/**
 * When a call is tried again. Reads always may be; writes are, under one idempotency key, so that a repeated one makes no
 * second version.
 *
 * @param attemptsMax requests that one call may send, hedges included; 1 to send no second one
 * @param budgetShare repeats allowed per call, on average, from 0 to 1: keeps a store that is overloaded from getting the
 *     load twice. The first repeat of a call whose connection broke, or that was refused at
 *     once, is free: the store has no more to do than without it
 * @param budgetBurst repeats allowed at once, as when a node dies with requests in flight
 * @param patienceShare share of a call's deadline after which a silent node is given company by another
 * @param patienceMax the longest such wait, unless the store's own recent answer times are longer
 */
public record RetrySettings(
        int attemptsMax, double budgetShare, int budgetBurst, double patienceShare, Duration patienceMax) {
    public static final RetrySettings DEFAULT = new RetrySettings(4, 0.2, 128, 0.25, Duration.ofMillis(250));
    /** One request a call, unless the connection was refused. */
    public static final RetrySettings NONE = new RetrySettings(1, 0, 0, 1, Duration.ofSeconds(60));

    public RetrySettings {
        Checks.atLeast("the number of attempts", attemptsMax, 1);
        Checks.share("the share of repeats", budgetShare);
        Checks.atLeast("the burst of repeats", budgetBurst, 0);
        Checks.share("the share of patience", patienceShare);
        Checks.positive("the longest patience", patienceMax);
    }
}
