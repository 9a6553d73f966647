package io.quorate.bench.sim;

/** What can go wrong in a run; each kind is on or off for a whole seed. */
public enum FaultKind {
    DROP,
    DUPLICATE,
    LONG_DELAY,
    CUT,
    ONE_WAY_CUT,
    CRASH,
    PAUSE,
    SLOW_DISK,
    FULL_DISK,
    CORRUPT_RECORD,
    LOST_RECORD,
    CLOCK_SKEW,
    /** A start that cannot prove its disk: every actor is new. */
    UNPROVED_START,
    /** A disk put back as it was some time ago. */
    OLD_DISK,
    /** Everything to and from a node takes 200 ms longer for a while. */
    SLOW_NODE,
    /** Wall clocks that are wrong by minutes, and one now and then by ten years. */
    WALL_CLOCK,
    /** A disk replaced by an empty one. */
    WIPED_DISK
}
