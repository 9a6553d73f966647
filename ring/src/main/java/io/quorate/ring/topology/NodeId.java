package io.quorate.ring.topology;

import java.util.regex.Pattern;

/** The name of a node, unique in its cluster and fixed on its disk at birth: 1 to 32 of {@code a-z 0-9 . _ -}. */
public record NodeId(String value) implements Comparable<NodeId> {
    public static final int MAX_LENGTH = 32;
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");

    public NodeId {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "node id '" + value + "' must be 1 to 32 of a-z 0-9 . _ - and begin with a letter or digit");
        }
    }

    public static NodeId of(String value) {
        return new NodeId(value);
    }

    public static boolean isValid(String value) {
        return VALID.matcher(value).matches();
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
