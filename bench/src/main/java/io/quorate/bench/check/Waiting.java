package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.List;

/**
 * The operations of known outcome that have no place yet, in the order of their invocations. A linked list from which any
 * one can be taken in constant time, and put back in the opposite order: the "lifting" of Wing and Gong (1993), section 4.
 */
final class Waiting {
    private final List<Call> calls;
    /** By index; the last entry stands before the first call and after the last one. */
    private final int[] next;

    private final int[] previous;

    Waiting(List<Call> calls) {
        this.calls = calls;
        int ends = calls.size();
        next = new int[ends + 1];
        previous = new int[ends + 1];
        for (int i = 0; i <= ends; i++) {
            next[i] = i == ends ? 0 : i + 1;
            previous[i] = i == 0 ? ends : i - 1;
        }
    }

    /** The index of the first one; their number if none is left. */
    int first() {
        return next[calls.size()];
    }

    void take(int index) {
        next[previous[index]] = next[index];
        previous[next[index]] = previous[index];
    }

    /** Puts back the one that was taken last, of those that have not been put back. */
    void putBack(int index) {
        next[previous[index]] = index;
        previous[next[index]] = index;
    }

    /** Those that may come next: no other one that waits had returned before they were invoked. */
    List<Call> candidates() {
        List<Call> candidates = new ArrayList<>();
        long horizon = Operation.NEVER;
        for (int i = first(); i < calls.size(); i = next[i]) {
            Operation operation = calls.get(i).operation();
            if (operation.invoked() > horizon) {
                break;
            }
            candidates.add(calls.get(i));
            horizon = Math.min(horizon, operation.returned());
        }
        return candidates;
    }
}
