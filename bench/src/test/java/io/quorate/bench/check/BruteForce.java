package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether a small history is linearizable, found by trying every order, and every tag that a write of unknown outcome may
 * have had. It shares nothing with the search that it is compared with.
 */
final class BruteForce {
    private static final Tag NONE = new Tag(-1, -1);

    private final List<Operation> operations;
    private final Set<Tag> mentioned = new TreeSet<>();
    private long nameless;

    private BruteForce(List<Operation> operations) {
        this.operations = operations;
        for (Operation operation : operations) {
            if (operation.tag() != null) {
                mentioned.add(operation.tag());
            }
            if (operation.expected() != null) {
                mentioned.add(operation.expected());
            }
        }
    }

    static boolean isLinearizable(List<Operation> history) {
        List<Operation> operations = new ArrayList<>();
        for (Operation operation : history) {
            if (operation.outcome() != Operation.Outcome.NOT_APPLIED) {
                operations.add(operation);
            }
        }
        return new BruteForce(operations).canOrder(new boolean[operations.size()], null, null, NONE);
    }

    private boolean canOrder(boolean[] placed, @Nullable Long value, @Nullable Tag tag, Tag highest) {
        boolean complete = true;
        for (int i = 0; i < placed.length; i++) {
            complete &= placed[i] || operations.get(i).outcome() == Operation.Outcome.UNKNOWN;
        }
        if (complete) {
            return true;
        }
        for (int i = 0; i < placed.length; i++) {
            if (!placed[i] && mayBeNext(i, placed)) {
                placed[i] = true;
                boolean found = canFollow(operations.get(i), placed, value, tag, highest);
                placed[i] = false;
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean mayBeNext(int index, boolean[] placed) {
        for (int i = 0; i < placed.length; i++) {
            if (!placed[i]
                    && operations.get(i).returned() < operations.get(index).invoked()) {
                return false;
            }
        }
        return true;
    }

    private boolean canFollow(
            Operation operation, boolean[] placed, @Nullable Long value, @Nullable Tag tag, Tag highest) {
        boolean holds = switch (operation.kind()) {
            case READ, WRITE, DELETE -> true;
            case CREATE -> value == null;
            case COMPARE_AND_SET ->
                value != null
                        && operation.expected() != null
                        && operation.expected().equals(tag);
        };
        boolean sees =
                value == null ? operation.tag() == null : value.equals(operation.value()) && sameTag(operation, tag);
        if (operation.kind() == Operation.Kind.READ) {
            boolean unheard = operation.outcome() == Operation.Outcome.UNKNOWN;
            return (unheard || sees) && canOrder(placed, value, tag, highest);
        }
        if (operation.outcome() == Operation.Outcome.REFUSED) {
            return !holds && sameTag(operation, tag) && canOrder(placed, value, tag, highest);
        }
        if (!holds) {
            return false;
        }
        if (operation.tag() != null) {
            return canBear(operation, operation.tag(), placed, highest);
        }
        if (operation.value() == null) {
            return canOrder(placed, null, null, highest);
        }
        for (Tag guess : mentioned) {
            if (canBear(operation, guess, placed, highest)) {
                return true;
            }
        }
        Tag neverTold = new Tag(Long.MAX_VALUE, nameless++);
        return canOrder(placed, operation.value(), neverTold, highest);
    }

    private static boolean sameTag(Operation operation, @Nullable Tag tag) {
        return operation.tag() == null ? tag == null : operation.tag().equals(tag);
    }

    /** Tags grow. */
    private boolean canBear(Operation write, Tag tag, boolean[] placed, Tag highest) {
        return tag.compareTo(highest) > 0 && canOrder(placed, write.value(), write.value() == null ? null : tag, tag);
    }
}
