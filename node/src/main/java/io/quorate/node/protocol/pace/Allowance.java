package io.quorate.node.protocol.pace;

/** A token bucket that requests fill and extra messages empty: what is extra stays a share of what is asked. */
public final class Allowance {
    private static final int WHOLE = 1000;

    private final int permille;
    private final int savedMax;
    private long saved;

    /**
     * A full bucket, or none.
     *
     * @param permille extra messages to a thousand requests; 0 for none at all
     * @param savedMax how many may be saved up for a bad moment
     */
    public Allowance(int permille, int savedMax) {
        this.permille = permille;
        this.savedMax = savedMax;
        this.saved = permille == 0 ? 0 : (long) savedMax * WHOLE;
    }

    /** A request has been made. */
    public void earn() {
        saved = Math.min(saved + permille, (long) savedMax * WHOLE);
    }

    /** Takes one extra message if there is room for it. */
    public boolean spend() {
        if (saved < WHOLE) {
            return false;
        }
        saved -= WHOLE;
        return true;
    }
}
