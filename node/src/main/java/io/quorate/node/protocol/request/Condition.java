package io.quorate.node.protocol.request;

import com.google.common.collect.ImmutableList;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a key for a write to be made: the conditional requests of HTTP (RFC 9110, section 13.1), looked at when
 * the write is applied.
 *
 * @param tags those that are named; empty where any will do
 */
public record Condition(Kind kind, ImmutableList<VersionTag> tags) {
    public static final Condition NONE = new Condition(Kind.NONE, ImmutableList.of());

    /** What is asked; its number stands in logs. */
    public enum Kind {
        /** Nothing. */
        NONE(0),
        /** The key has one of these versions. */
        MATCH(1),
        /** The key has a value. */
        MATCH_ANY(2),
        /** The key has none of these versions. */
        NONE_MATCH(3),
        /** The key has no value. */
        NONE_MATCH_ANY(4);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /** The kind of that number; null if there is none. */
        public static @Nullable Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            return null;
        }
    }

    /** Whether it holds where this is the present version; null for none. */
    public boolean holds(@Nullable VersionTag present) {
        return switch (kind) {
            case NONE -> true;
            case MATCH -> present != null && tags.contains(present);
            case MATCH_ANY -> present != null;
            case NONE_MATCH -> present == null || !tags.contains(present);
            case NONE_MATCH_ANY -> present == null;
        };
    }
}
