package io.quorate.ring.consistency;

import java.util.Locale;
import java.util.Optional;

/** How new what is read of a leader bucket has to be. */
public enum ReadLevel {
    /** It sees every write that was acknowledged before it began. */
    LINEARIZABLE,
    /** The same as long as clocks run evenly enough: the leader does not ask the others. */
    LEASE,
    /** What any replica has, and a session's own writes at least. */
    FOLLOWER;

    /** Reads a name in any case; empty if there is no such level. */
    public static Optional<ReadLevel> parse(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        for (ReadLevel level : values()) {
            if (level.name().equals(upper)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
