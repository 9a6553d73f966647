package io.quorate.ring.topology;

/** The name of a node, unique in its cluster and fixed on its disk at birth: 1 to 32 of {@code a-z 0-9 . _ -}. */
public record NodeId(String value) implements Comparable<NodeId> {
    public static final int MAX_LENGTH = 32;

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
        if (value.isEmpty() || value.length() > MAX_LENGTH || !isLetterOrDigit(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    // Written out, here and in the records that hold it, because contexts and maps compare them all the time: what the
    // language makes for a record is several times slower where the compiler does not inline it.
    @Override
    public boolean equals(Object o) {
        return o instanceof NodeId other && value.equals(other.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
