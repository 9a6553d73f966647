package io.quorate.bench.check;

import java.util.Comparator;

/**
 * The name that a group gives to what a write left behind: where the write stands in the log. What a client sees of it is
 * the ETag {@code "term.index"}. No two writes have the same, and a later one has a higher one.
 */
public record Tag(long term, long index) implements Comparable<Tag> {
    private static final Comparator<Tag> ORDER =
            Comparator.comparingLong(Tag::term).thenComparingLong(Tag::index);

    @Override
    public int compareTo(Tag other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return term + "." + index;
    }
}
