package io.quorate.client.http.route;

/**
 * A budget that grows with the work done: each call brings a share of a token, and what goes beyond the calls costs one.
 * It starts full.
 */
public final class TokenBucket {
    private final double share;
    private final double tokensMax;
    private double tokens;

    public TokenBucket(double share, int burst) {
        this.share = share;
        this.tokensMax = burst;
        this.tokens = burst;
    }

    public void earn() {
        tokens = Math.min(tokensMax, tokens + share);
    }

    public boolean spend() {
        if (tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }
}
