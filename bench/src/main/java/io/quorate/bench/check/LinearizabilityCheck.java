package io.quorate.bench.check;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Whether the history of one key is linearizable: whether each operation can be given one moment between its invocation and
 * its answer, so that a single register with compare-and-set would have given the same answers at those moments. Histories
 * of several keys are so if each key's is (Herlihy and Wing, "Linearizability: a correctness condition for concurrent
 * objects" (1990), theorem 1), and should be held against it one by one.
 *
 * <p>A history begins with the key: nothing is there at first. It has to be whole as to writes: one that is left out looks
 * like a value from nowhere. Reads that promise less, such as those of followers, do not belong in it.
 *
 * <p>The register is one of a group with a log: later writes have higher tags, and a history of which just that is not true
 * has no order either. Values need not differ; where they do, more is found.
 *
 * <p>The search itself is in {@link Search}. It needs no cuts at moments of rest: at such a moment it depends on nothing but
 * what the register holds and which writes of unknown outcome have been used, and so goes on from each of them only once.
 */
public final class LinearizabilityCheck {
    /** Bounds time and memory: one step that is remembered costs a few hundred bytes. */
    public static final long STEPS_MAX = 1_000_000;

    private LinearizabilityCheck() {}

    public static Verdict check(List<Operation> history) {
        return check(history, STEPS_MAX);
    }

    /**
     * The same within a bound of one's own.
     *
     * @param stepsMax to find whether there is an order; and as many again to find a short excerpt that has none
     */
    public static Verdict check(List<Operation> history, long stepsMax) {
        Search search = new Search(history);
        return switch (search.run(stepsMax)) {
            case ORDERED -> new Verdict.Ok(search.steps());
            case GAVE_UP -> new Verdict.GaveUp(search.steps());
            case NO_ORDER -> {
                ImmutableList<Operation> excerpt = new Excerpt(stepsMax).of(history);
                Search last = new Search(excerpt);
                boolean shown = last.run(stepsMax) == Search.Result.NO_ORDER;
                yield new Verdict.Broken(
                        shown ? excerpt : ImmutableList.copyOf(history),
                        shown ? last.longest() : search.longest(),
                        search.steps());
            }
        };
    }
}
