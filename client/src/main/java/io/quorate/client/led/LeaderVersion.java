package io.quorate.client.led;

import java.util.Objects;

/**
 * A version of one key in a leader bucket: an opaque name that comes with every result, and that a later write can be made
 * dependent on. No other version of the key ever has the same.
 *
 * <p>Immutable; may be kept, sent around and used more than once.
 */
public final class LeaderVersion {
    private static final int CHARS_MAX = 64;

    private final String text;

    private LeaderVersion(String text) {
        this.text = text;
    }

    /**
     * Takes a version up again that {@link #text()} gave.
     *
     * @throws IllegalArgumentException if it cannot be one
     */
    public static LeaderVersion of(String text) {
        if (!isOne(text)) {
            throw new IllegalArgumentException("a version is a quoted text of 3 to " + CHARS_MAX
                    + " visible ASCII characters, as an answer's ETag, unlike '" + text + "'");
        }
        return new LeaderVersion(text);
    }

    /** Whether a text could be a version's. */
    public static boolean isOne(String text) {
        int last = text.length() - 1;
        if (last < 2 || last >= CHARS_MAX || text.charAt(0) != '"' || text.charAt(last) != '"') {
            return false;
        }
        for (int i = 1; i < last; i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"') {
                return false;
            }
        }
        return true;
    }

    /** As the store names it: a strong ETag, the quotes with it. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LeaderVersion other && text.equals(other.text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
