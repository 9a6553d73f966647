package io.quorate.bench.check;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One request for one key, as its client knows it. It is made when the request is sent, and is then of unknown outcome;
 * {@link #shown}, {@link #done}, {@link #refused} and {@link #notApplied} make of it what the answer said.
 *
 * @param process who asked; for {@link SessionCheck} the chain of session tokens that it belongs to
 * @param expected the tag that a compare-and-set asks for; null for all others
 * @param value what a write writes or a read showed; null if there is none
 * @param tag what a write was answered with, a read showed, or a refusal found in its way; null if there is none
 * @param invoked nanoseconds of the one clock of a history
 * @param returned the same; {@link #NEVER} if the outcome is unknown
 */
public record Operation(
        int process,
        Kind kind,
        @Nullable Tag expected,
        @Nullable Long value,
        @Nullable Tag tag,
        long invoked,
        long returned,
        Outcome outcome) {

    /** When an operation returns of which nothing was heard. */
    public static final long NEVER = Long.MAX_VALUE;

    /** What is asked for. */
    public enum Kind {
        READ,
        WRITE,
        DELETE,
        /** {@code If-None-Match: *}: a write, if there is no value. */
        CREATE,
        /** {@code If-Match}: a write if the value bears the expected tag; without a value of its own, a delete. */
        COMPARE_AND_SET
    }

    /** How it ended. */
    public enum Outcome {
        OK,
        /** Its condition did not hold: it changed nothing, and has seen something. */
        REFUSED,
        /** It did not happen, and nothing is learnt from it. */
        NOT_APPLIED,
        /** It happened at some time after its invocation, or never will. */
        UNKNOWN
    }

    public Operation {
        boolean conditional = kind == Kind.CREATE || kind == Kind.COMPARE_AND_SET;
        boolean answered = outcome == Outcome.OK || outcome == Outcome.REFUSED;
        require(invoked <= returned, "it returns before it is invoked");
        require(outcome != Outcome.UNKNOWN || returned == NEVER, "an unknown outcome never returns");
        require((kind == Kind.COMPARE_AND_SET) == (expected != null), "only a compare-and-set expects a tag");
        require(outcome != Outcome.REFUSED || conditional, "only what has a condition is refused");
        require(answered || tag == null, "a tag comes with an answer");
        if (kind == Kind.READ) {
            require((value == null) == (tag == null), "a value and its tag are shown together");
        } else {
            require(kind != Kind.DELETE || value == null, "a delete has no value");
            require(value != null || kind == Kind.DELETE || kind == Kind.COMPARE_AND_SET, "a write has a value");
            require(outcome != Outcome.OK || value == null || tag != null, "an acknowledged write has a tag");
        }
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("an operation that cannot be: " + rule);
        }
    }

    public static Operation read(int process, long now) {
        return new Operation(process, Kind.READ, null, null, null, now, NEVER, Outcome.UNKNOWN);
    }

    public static Operation write(int process, long value, long now) {
        return new Operation(process, Kind.WRITE, null, value, null, now, NEVER, Outcome.UNKNOWN);
    }

    public static Operation delete(int process, long now) {
        return new Operation(process, Kind.DELETE, null, null, null, now, NEVER, Outcome.UNKNOWN);
    }

    public static Operation create(int process, long value, long now) {
        return new Operation(process, Kind.CREATE, null, value, null, now, NEVER, Outcome.UNKNOWN);
    }

    /** A compare-and-set; with null for a value, a conditional delete. */
    public static Operation compareAndSet(int process, Tag expected, @Nullable Long value, long now) {
        return new Operation(process, Kind.COMPARE_AND_SET, expected, value, null, now, NEVER, Outcome.UNKNOWN);
    }

    /** This read, answered with a value and its tag, or with null and null: there is none. */
    public Operation shown(@Nullable Long shownValue, @Nullable Tag shownTag, long now) {
        return new Operation(process, kind, expected, shownValue, shownTag, invoked, now, Outcome.OK);
    }

    /** This write, acknowledged. Of a delete the tag may be null, if it is not told where it stands in the log. */
    public Operation done(@Nullable Tag given, long now) {
        return new Operation(process, kind, expected, value, given, invoked, now, Outcome.OK);
    }

    /**
     * This write, whose condition did not hold.
     *
     * @param found the tag of the value that is there; null says that there is none. Where a refusal does not tell, it has
     *     to be put down as {@link #notApplied}.
     */
    public Operation refused(@Nullable Tag found, long now) {
        return new Operation(process, kind, expected, value, found, invoked, now, Outcome.REFUSED);
    }

    public Operation notApplied(long now) {
        return new Operation(process, kind, expected, value, null, invoked, now, Outcome.NOT_APPLIED);
    }

    /** This write as it stood before its answer came. */
    Operation unanswered() {
        return new Operation(process, kind, expected, value, null, invoked, NEVER, Outcome.UNKNOWN);
    }

    /** Whether anything can be learnt from it. */
    boolean matters() {
        return outcome != Outcome.NOT_APPLIED && (outcome != Outcome.UNKNOWN || kind != Kind.READ);
    }

    boolean isUnknown() {
        return outcome == Outcome.UNKNOWN;
    }

    /** Whether it leaves everything as it is. */
    boolean isObservation() {
        return kind == Kind.READ || outcome == Outcome.REFUSED;
    }

    /** Whether it may happen whatever the register holds. */
    boolean isUnconditional() {
        return kind == Kind.WRITE || kind == Kind.DELETE;
    }

    /** Whether it leaves nothing behind. */
    boolean removes() {
        return !isObservation() && value == null;
    }

    /** Where it stands in the log, if it wrote and that was told; the tag of what it left behind, if it left anything. */
    @Nullable
    Tag gives() {
        return isObservation() ? null : tag;
    }

    /** The tag that the register has to bear for this to happen as it did. */
    @Nullable
    Tag asks() {
        if (isObservation()) {
            return tag;
        }
        return expected;
    }

    /** Whether the register has to be empty for this to happen as it did. */
    boolean asksForNone() {
        return isObservation() ? tag == null : kind == Kind.CREATE;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("process ").append(process).append(": ");
        text.append(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        if (expected != null) {
            text.append(" expecting ").append(expected);
        }
        if (value != null) {
            text.append(kind == Kind.READ ? " shows " : " of ").append(value);
        } else if (kind == Kind.READ && outcome == Outcome.OK) {
            text.append(" shows nothing");
        }
        if (outcome != Outcome.OK) {
            text.append(", ").append(outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        if (outcome == Outcome.REFUSED) {
            text.append(" by ").append(tag == null ? "nothing" : tag);
        } else if (tag != null) {
            text.append(" as ").append(tag);
        }
        return text.append(" [")
                .append(invoked)
                .append(", ")
                .append(returned == NEVER ? "" : returned)
                .append("]")
                .toString();
    }
}
