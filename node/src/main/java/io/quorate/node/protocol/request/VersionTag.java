package io.quorate.node.protocol.request;

import java.util.Optional;

/** A version of a key in a leader bucket, by the entry of the log that made it: what clients see as its ETag. */
public record VersionTag(long term, long index) {
    /** Terms and indexes beyond this are no log's, and no message can hold them. */
    private static final long NUMBER_MAX = Long.MAX_VALUE / 4;

    private static final int TEXT_MAX = 48;

    /** Whether it stands before another in the order of logs: that of terms, and of indexes in one term. */
    public boolean isBefore(VersionTag other) {
        return term == other.term ? index < other.index : term < other.term;
    }

    /** {@code "term.index"}, the quotes with it. */
    public String toText() {
        return "\"" + term + "." + index + "\"";
    }

    /** Reads {@link #toText} back; empty if the text is not of that form. */
    public static Optional<VersionTag> parse(String text) {
        int dot = text.indexOf('.');
        boolean quoted = text.length() > 4 && text.length() <= TEXT_MAX && text.startsWith("\"") && text.endsWith("\"");
        if (!quoted || dot < 2) {
            return Optional.empty();
        }
        try {
            VersionTag tag = new VersionTag(
                    Long.parseLong(text, 1, dot, 10), Long.parseLong(text, dot + 1, text.length() - 1, 10));
            return tag.isOfALog() && tag.toText().equals(text) ? Optional.of(tag) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private boolean isOfALog() {
        return term >= 0 && term <= NUMBER_MAX && index >= 0 && index <= NUMBER_MAX;
    }
}
