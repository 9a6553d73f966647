package io.quorate.bench.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Who in a history may have seen what whose writes left behind, in any order that it has. */
final class Sight {
    private final List<Operation> history;
    private final Set<Tag> given = new HashSet<>();
    private final Map<Long, Long> nextWritten = new HashMap<>();

    Sight(List<Operation> history) {
        this.history = history;
        for (Operation operation : history) {
            Tag gives = operation.gives();
            if (gives != null) {
                given.add(gives);
            }
        }
    }

    /** Whether in some order one may have needed what the other one left. */
    boolean maySee(Operation seer, Operation seen) {
        if (seen.isObservation() || seen.invoked() > seer.returned()) {
            return false;
        }
        if (seen.removes()) {
            return seer.asksForNone() && !isWrittenBetween(seen, seer);
        }
        Tag asks = seer.asks();
        if (asks == null) {
            return false;
        }
        if (!seen.isUnknown()) {
            return asks.equals(seen.gives());
        }
        boolean fits = seer.kind() != Operation.Kind.READ || Objects.equals(seer.value(), seen.value());
        return fits && !given.contains(asks);
    }

    /** Whether a value was written after what removed one before had ended, and before the other one began. */
    private boolean isWrittenBetween(Operation removal, Operation seer) {
        long writtenBy = nextWritten.computeIfAbsent(removal.returned(), this::firstWrittenAfter);
        return writtenBy < seer.invoked();
    }

    /** When a write had ended that began after a moment: the first such. */
    private long firstWrittenAfter(long moment) {
        return history.stream()
                .filter(operation -> !operation.isObservation() && !operation.removes() && operation.invoked() > moment)
                .mapToLong(Operation::returned)
                .min()
                .orElse(Operation.NEVER);
    }
}
