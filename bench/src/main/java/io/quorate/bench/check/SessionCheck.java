package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether nobody's view of one key ever goes back: read your writes, monotonic reads, monotonic writes and writes that
 * follow reads (Terry and others, "Session guarantees for weakly consistent replicated data" (1994)), by the order of tags.
 * Each session is looked at by itself, so reads that promise only this, such as those of followers, belong in the history.
 *
 * <p>It takes one pass. With all operations in one session it says of a history of linearizable operations that no answer is
 * older than another one that had been given before it was asked for: less than {@link LinearizabilityCheck}, but by an
 * argument of its own.
 */
public final class SessionCheck {
    private final List<Operation> removals;
    private final Map<Tag, Operation> givers = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    private SessionCheck(List<Operation> history) {
        removals = history.stream()
                .filter(operation -> operation.matters() && operation.removes())
                .toList();
        for (Operation operation : history) {
            Tag gives = operation.gives();
            Operation other = gives == null ? null : givers.put(gives, operation);
            if (other != null) {
                wrong.add("two writes have one tag: " + other + " and " + operation);
            }
        }
    }

    /** Each process is a session. */
    public static List<String> check(List<Operation> history) {
        return check(history, Operation::process);
    }

    /**
     * Holds every session against its own past.
     *
     * @param history of one key, all its writes
     * @return what does not fit, in words; empty if all does
     */
    public static List<String> check(List<Operation> history, ToIntFunction<Operation> sessionOf) {
        SessionCheck check = new SessionCheck(history);
        Map<Integer, List<Operation>> sessions = new TreeMap<>();
        history.stream()
                .filter(operation -> operation.matters() && !operation.isUnknown())
                .sorted(Comparator.comparingLong(Operation::invoked))
                .forEach(operation -> sessions.computeIfAbsent(
                                sessionOf.applyAsInt(operation), session -> new ArrayList<>())
                        .add(operation));
        sessions.values().forEach(check::follow);
        return check.wrong;
    }

    /**
     * What a session knows.
     *
     * @param tag the highest that it has been told of, by {@code source}
     * @param removed whether what bore this tag is known to be gone
     */
    private record Known(Tag tag, boolean removed, Operation source) {}

    /** An operation, and what its session knew when it began. */
    private record UnderWay(Operation operation, @Nullable Known before) {}

    private void follow(List<Operation> session) {
        PriorityQueue<UnderWay> underWay = new PriorityQueue<>(
                Comparator.comparingLong(each -> each.operation().returned()));
        Known known = null;
        for (Operation operation : session) {
            while (!underWay.isEmpty() && underWay.peek().operation().returned() < operation.invoked()) {
                known = learn(known, underWay.remove());
            }
            if (known != null && !fits(operation, known)) {
                wrong.add(operation + " goes back behind " + known.source());
            }
            underWay.add(new UnderWay(operation, known));
        }
    }

    private static @Nullable Known learn(@Nullable Known known, UnderWay ended) {
        Operation operation = ended.operation();
        boolean gone = operation.removes() || (operation.isObservation() && operation.asksForNone());
        Tag told = made(operation) != null ? made(operation) : operation.asks();
        if (told == null && ended.before() != null) {
            // Whoever finds nothing, or makes it so, knows that what he knew of is gone; not what came since.
            told = ended.before().tag();
        }
        if (told == null) {
            return known;
        }
        int order = known == null ? 1 : told.compareTo(known.tag());
        return order > 0 || (order == 0 && gone) ? new Known(told, gone, operation) : known;
    }

    /** Where a write stands in the log, a delete's included. */
    private static @Nullable Tag made(Operation operation) {
        return operation.isObservation() ? null : operation.tag();
    }

    private boolean fits(Operation operation, Known known) {
        Tag made = made(operation);
        if (made != null && made.compareTo(known.tag()) <= 0) {
            return false;
        }
        Tag asks = operation.asks();
        if (asks != null) {
            int order = asks.compareTo(known.tag());
            return known.removed() ? order > 0 : order >= 0;
        }
        return !operation.asksForNone() || mayHaveBeenRemoved(operation, known.tag());
    }

    /** Whether somebody may have deleted what bore this tag before the operation found nothing. */
    private boolean mayHaveBeenRemoved(Operation operation, Tag tag) {
        Operation giver = givers.get(tag);
        for (Operation removal : removals) {
            boolean early = giver != null && removal.returned() < giver.invoked();
            boolean lower = removal.tag() != null && removal.tag().compareTo(tag) < 0;
            if (removal.invoked() <= operation.returned() && !early && !lower) {
                return true;
            }
        }
        return false;
    }
}
