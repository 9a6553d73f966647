package io.quorate.bench.load;

import java.util.Locale;

/**
 * When operations begin: as fast as the store answers, or by a schedule of their own.
 *
 * @param perSecond the rate of the schedule; 0 in a closed loop
 */
record Arrivals(Kind kind, double perSecond) {
    static final Arrivals CLOSED = new Arrivals(Kind.CLOSED, 0);
    static final double PER_SECOND_MAX = 1_000_000;

    /** The ways in which operations arrive. */
    enum Kind {
        /** Each client begins the next one when the one before has ended. */
        CLOSED,
        /** Evenly spaced. */
        EVEN,
        /** Independent of each other, so that gaps are distributed exponentially. */
        POISSON;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean open() {
        return kind != Kind.CLOSED;
    }

    /** For reports, such as {@code open loop, 5000/s even}. */
    String text() {
        return open() ? String.format(Locale.ROOT, "open loop, %.6g/s %s", perSecond, kind.text()) : "closed loop";
    }
}
