package io.quorate.ring.consistency;

import java.util.Locale;
import java.util.Optional;

/** Who has a write to a leader bucket on disk before it is acknowledged. */
public enum WriteLevel {
    /** The leader: a failover may lose it. */
    ASYNC,
    /** A majority: it is never lost. */
    SEMI_SYNC,
    /** All that vote. */
    SYNC;

    /** Reads a name in any case; empty if there is no such level. */
    public static Optional<WriteLevel> parse(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        for (WriteLevel level : values()) {
            if (level.name().equals(upper)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
