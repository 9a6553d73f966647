package io.quorate.bench.check;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** What {@link LinearizabilityCheck} says of a history. */
public sealed interface Verdict {
    /** What the search cost: how often it put an operation in some place. */
    long steps();

    /** There is an order. */
    record Ok(long steps) implements Verdict {}

    /** There may be an order or not: the search was ended by its bound. */
    record GaveUp(long steps) implements Verdict {}

    /**
     * There is none.
     *
     * @param excerpt a few operations of the history, in the order of their invocations, that have no order by themselves;
     *     no write is left out that could have helped one of them
     * @param longest the longest beginning of an order of the excerpt that was found
     */
    record Broken(ImmutableList<Operation> excerpt, ImmutableList<Operation> longest, long steps) implements Verdict {
        private static final int LINES_MAX = 50;

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("no order explains");
            addLines(text, excerpt);
            text.append(longest.isEmpty() ? "\nnot even one of them" : "\nat best, in this order");
            addLines(text, longest);
            return text.toString();
        }

        private static void addLines(StringBuilder text, List<Operation> operations) {
            operations.stream()
                    .limit(LINES_MAX)
                    .forEach(operation -> text.append("\n  ").append(operation));
            if (operations.size() > LINES_MAX) {
                text.append("\n  and ").append(operations.size() - LINES_MAX).append(" more");
            }
        }
    }
}
