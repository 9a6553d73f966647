package io.quorate.ring.consistency;

import java.util.Locale;
import java.util.Optional;

/** The levels of a leaderless bucket: how many home replicas must have answered. */
public enum ConsistencyLevel {
    ANY,
    ONE,
    TWO,
    THREE,
    QUORUM,
    ALL;

    /** How many of {@code n} replicas this level needs; may exceed n (TWO of 1), which no cluster can give. */
    public int need(int n) {
        return switch (this) {
            case ANY, ONE -> 1;
            case TWO -> 2;
            case THREE -> 3;
            case QUORUM -> n / 2 + 1;
            case ALL -> n;
        };
    }

    /** Reads a level, ignoring case. */
    public static Optional<ConsistencyLevel> parse(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        for (ConsistencyLevel level : values()) {
            if (level.name().equals(upper)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
