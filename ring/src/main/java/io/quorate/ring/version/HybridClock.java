package io.quorate.ring.version;

/**
 * The hybrid logical clock of one replica: the highest time that it has seen or given. A new time exceeds it and follows
 * the wall clock where that is ahead, so times extend causality and stay close to real time (Kulkarni et al., "Logical
 * Physical Clocks", 2014, section 3). Pure: wall time is handed in. Mutable, for one thread.
 *
 * <p>Times too far ahead do not move it. Who has to exceed one all the same (a value that bears it is stored) does so for
 * that value's key alone; the clock, and with it every other key, stays where sane clocks are.
 */
public final class HybridClock {
    private HybridTime last;

    /** A clock that has seen {@code last} before. */
    public HybridClock(HybridTime last) {
        this.last = last;
    }

    public HybridTime last() {
        return last;
    }

    /** A new time, later than all this clock has seen or given, and than {@code floor}. */
    public HybridTime next(HybridTime floor, WallTime now) {
        HybridTime given = HybridTime.ofMillis(now.millis()).max(last.max(floor).next());
        observe(given, now);
        return given;
    }

    /** Takes over the time of another replica's clock, which has looked at it before, however far ahead it is. */
    public void follow(HybridTime other) {
        last = last.max(other);
    }

    /** Takes notice of a time from elsewhere; false, and nothing else, if it is too far ahead. */
    public boolean observe(HybridTime seen, WallTime now) {
        if (!seen.isAfter(last)) {
            return true;
        }
        // Counting on within the millisecond it has come to takes it no further ahead, even if wall clocks went back
        // since.
        if (now.isTooFarAhead(seen) && seen.millis() > last.millis()) {
            return false;
        }
        last = seen;
        return true;
    }
}
