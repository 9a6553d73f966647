package io.quorate.bench.contrast;

import io.quorate.bench.check.LinearizabilityCheck;
import io.quorate.bench.check.Operation;
import io.quorate.bench.check.Tag;
import io.quorate.bench.check.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients did to one key that has one order of writes. For several threads. */
final class LeaderKey {
    private final List<Operation> operations = new ArrayList<>();
    private final List<Tag> acknowledged = new ArrayList<>();
    private @Nullable Tag latest;
    private int writes;

    /** The number of a write that is about to be made. */
    synchronized int next() {
        return writes++;
    }

    synchronized void add(Operation operation) {
        operations.add(operation);
        Tag tag = operation.tag();
        if (operation.kind() == Operation.Kind.WRITE && tag != null) {
            acknowledged.add(tag);
            if (latest == null || tag.compareTo(latest) > 0) {
                latest = tag;
            }
        }
    }

    /** The latest write that is acknowledged by now; null if none is. */
    synchronized @Nullable Tag latest() {
        return latest;
    }

    /** Whether something was shown that is older than what was due; null is older than everything. */
    static boolean isOlder(@Nullable Tag shown, @Nullable Tag due) {
        return due != null && (shown == null || shown.compareTo(due) < 0);
    }

    synchronized long acknowledged() {
        return acknowledged.size();
    }

    /** Acknowledged writes that come after what is shown. */
    synchronized long after(@Nullable Tag shown) {
        return acknowledged.stream().filter(tag -> isOlder(shown, tag)).count();
    }

    synchronized int operations() {
        return operations.size();
    }

    synchronized Verdict check() {
        return LinearizabilityCheck.check(operations);
    }
}
