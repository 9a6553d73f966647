package io.quorate.bench.check;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.HashMultiset;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.Multiset;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a history as a whole tells of writes whose outcome their clients do not know. Where reads show a value under a tag
 * that no answer to a write named, and only one write of unknown outcome can have written the value, that one was done: it
 * has the tag, and happened before the first of those reads had ended. Nothing is lost or won by saying so; but it leaves
 * few writes of which the search has to find out whether they happened.
 */
final class Hindsight {
    private final Multiset<Long> unknown = HashMultiset.create();
    private final ListMultimap<Long, Operation> reads = ArrayListMultimap.create();

    private Hindsight(List<Operation> history) {
        Set<Tag> given = new HashSet<>();
        for (Operation operation : history) {
            Tag gives = operation.gives();
            if (gives != null) {
                given.add(gives);
            }
            if (operation.isUnknown() && operation.value() != null) {
                unknown.add(operation.value());
            }
        }
        for (Operation operation : history) {
            boolean isRead = operation.kind() == Operation.Kind.READ && operation.value() != null;
            if (isRead && !given.contains(operation.asks())) {
                reads.put(operation.value(), operation);
            }
        }
    }

    /** The same operations in the same order, with what is known of them in the end. */
    static List<Operation> of(List<Operation> history) {
        Hindsight hindsight = new Hindsight(history);
        return history.stream().map(hindsight::told).toList();
    }

    private Operation told(Operation operation) {
        Long value = operation.value();
        if (!operation.isUnknown() || value == null || unknown.count(value) > 1 || !reads.containsKey(value)) {
            return operation;
        }
        Tag tag = reads.get(value).get(0).tag();
        long shown = Operation.NEVER;
        for (Operation read : reads.get(value)) {
            if (!Objects.equals(read.tag(), tag)) {
                // They contradict each other; the search will say so, and whose fault it is cannot be said here.
                return operation;
            }
            shown = Math.min(shown, read.returned());
        }
        return operation.invoked() <= shown ? operation.done(tag, shown) : operation;
    }
}
