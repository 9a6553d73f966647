package io.quorate.bench.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a history as a whole tells of writes whose outcome their clients do not know. Where a read shows a value under a tag
 * that no answer to a write named, and only one write of unknown outcome can have written the value, that one was done: it
 * has the tag, and happened before the first read that shows it had ended. Nothing is lost or won by saying so; but it
 * leaves few writes of which the search has to find out whether they happened.
 */
final class Hindsight {
    private final Map<Long, Integer> unknown = new HashMap<>();
    private final Map<Long, Operation> firstReads = new HashMap<>();

    private Hindsight(List<Operation> history) {
        Set<Tag> given = new HashSet<>();
        for (Operation operation : history) {
            Tag gives = operation.gives();
            if (gives != null) {
                given.add(gives);
            }
            if (operation.isUnknown() && operation.value() != null) {
                unknown.merge(operation.value(), 1, Integer::sum);
            }
        }
        for (Operation operation : history) {
            if (operation.kind() == Operation.Kind.READ
                    && operation.value() != null
                    && !given.contains(operation.asks())) {
                firstReads.merge(operation.value(), operation, Hindsight::earlier);
            }
        }
    }

    private static Operation earlier(Operation one, Operation other) {
        return one.returned() <= other.returned() ? one : other;
    }

    /** The same operations in the same order, with what is known of them in the end. */
    static List<Operation> of(List<Operation> history) {
        Hindsight hindsight = new Hindsight(history);
        return history.stream().map(hindsight::told).toList();
    }

    private Operation told(Operation operation) {
        Long value = operation.value();
        if (!operation.isUnknown() || value == null || unknown.getOrDefault(value, 0) > 1) {
            return operation;
        }
        Operation read = firstReads.get(value);
        if (read == null || read.returned() < operation.invoked()) {
            return operation;
        }
        return operation.done(read.tag(), read.returned());
    }
}
