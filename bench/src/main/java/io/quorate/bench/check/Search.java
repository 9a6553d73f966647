package io.quorate.bench.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Looks for an order of one history that the register allows and that keeps the order of operations that did not overlap:
 * the search of Wing and Gong, "Testing and verifying concurrent objects" (1993), which never goes on twice from the same
 * operations placed and the same register (Lowe, "Testing for linearizability" (2017), section 3; see {@link Visited}).
 * What is known of the register makes it cheap where it counts, in showing that there is no order:
 *
 * <ol>
 *   <li>Tags come up in their order, and none that has to come up is left out ({@link Tags#mayFollow}).
 *   <li>An observation that may come next does, and no other choice is tried: whatever can follow can follow it.
 *   <li>What somebody has still to see is not written over: its tag never comes back.
 *   <li>A write of unknown outcome is put only right before an operation that needs it. In any good order it can be moved
 *       back until then, as nothing has to wait for it, and be left out if a write comes first.
 *   <li>Of writes that nobody can tell apart only the one that has to be done first is tried.
 * </ol>
 *
 * <p>Iterative, as a path is as long as the history.
 */
final class Search {
    /** What has come of it. */
    enum Result {
        ORDERED,
        NO_ORDER,
        GAVE_UP
    }

    private final List<Call> known = new ArrayList<>();
    private final Tags tags;
    private final Waiting waiting;
    private final BitSet placed = new BitSet();
    private final UnknownWrites unknown;
    private final Visited visited = new Visited();
    private final List<Frame> path = new ArrayList<>();
    private Register register = Register.EMPTY;
    private long steps;
    private ImmutableList<Operation> longest = ImmutableList.of();
    private int longestKnown;

    /**
     * One step: an operation of known outcome, after the writes of unknown outcome that it needs; what the register was
     * before, and what may come next. The operation tells the tag of what it finds, so after a step it is always known.
     */
    private record Frame(List<Call> placed, Register before, Iterator<List<Call>> moves) {}

    Search(List<Operation> history) {
        List<Operation> asKnown = history.stream()
                .filter(Operation::matters)
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
        List<Operation> operations = Hindsight.of(asKnown);
        List<Call> unknownCalls = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            List<Call> calls = operations.get(i).isUnknown() ? unknownCalls : known;
            calls.add(new Call(calls.size(), operations.get(i), asKnown.get(i)));
        }
        tags = new Tags(operations);
        waiting = new Waiting(known);
        unknown = new UnknownWrites(unknownCalls);
    }

    /** Moves tried. */
    long steps() {
        return steps;
    }

    /** The longest beginning of an order that was found, by the number of operations of known outcome in it. */
    ImmutableList<Operation> longest() {
        return longest;
    }

    Result run(long stepsMax) {
        path.add(new Frame(List.of(), register, moves().iterator()));
        while (placed.cardinality() < known.size()) {
            Frame last = path.get(path.size() - 1);
            if (last.moves().hasNext()) {
                if (steps >= stepsMax) {
                    return Result.GAVE_UP;
                }
                steps++;
                tryMove(last.moves().next());
            } else {
                rememberLongest();
                path.remove(path.size() - 1);
                if (path.isEmpty()) {
                    return Result.NO_ORDER;
                }
                takeBack(last.placed(), last.before());
            }
        }
        return Result.ORDERED;
    }

    private void tryMove(List<Call> move) {
        Register before = register;
        int count = 0;
        while (count < move.size() && place(move.get(count))) {
            count++;
        }
        if (count == move.size() && isNew()) {
            path.add(new Frame(move, before, moves().iterator()));
        } else {
            takeBack(move.subList(0, count), before);
        }
    }

    private boolean place(Call call) {
        Operation operation = call.operation();
        Register after = register.after(operation, tags);
        if (after == null || !mayReplace(operation)) {
            return false;
        }
        register = after;
        tags.place(operation);
        if (operation.isUnknown()) {
            unknown.place(call.index());
        } else {
            placed.set(call.index());
            waiting.take(call.index());
        }
        return true;
    }

    private void takeBack(List<Call> calls, Register before) {
        for (Call call : Lists.reverse(calls)) {
            tags.takeBack(call.operation());
            if (call.operation().isUnknown()) {
                unknown.takeBack(call.index());
            } else {
                placed.clear(call.index());
                waiting.putBack(call.index());
            }
        }
        register = before;
    }

    private boolean isNew() {
        int first = waiting.first();
        BitSet after = placed.get(first, placed.length());
        return visited.add(new Visited.Configuration(first, after, register), unknown.placed());
    }

    private void rememberLongest() {
        int count = placed.cardinality();
        if (count > longestKnown) {
            longestKnown = count;
            ImmutableList.Builder<Operation> order = ImmutableList.builder();
            path.forEach(frame -> frame.placed().forEach(call -> order.add(call.asKnown())));
            longest = order.build();
        }
    }

    /** What may come next, the likeliest first. */
    private List<List<Call>> moves() {
        List<List<Call>> moves = new ArrayList<>();
        List<Call> candidates = waiting.candidates();
        Call delete = null;
        for (Call call : candidates) {
            Operation operation = call.operation();
            if (register.after(operation, tags) == null || !mayReplace(operation)) {
                continue;
            }
            if (operation.isObservation()) {
                return List.of(List.of(call));
            }
            if (operation.kind() != Operation.Kind.DELETE || operation.tag() != null) {
                moves.add(List.of(call));
            } else if (delete == null
                    || operation.returned() < delete.operation().returned()) {
                delete = call;
            }
        }
        if (delete != null) {
            moves.add(List.of(delete));
        }
        long horizon = candidates.stream()
                .mapToLong(call -> call.operation().returned())
                .min()
                .orElse(0);
        for (Call call : candidates) {
            if (mayNeedUnknown(call.operation())) {
                for (List<Call> way : unknown.waysTo(call.operation(), register, tags, horizon)) {
                    moves.add(
                            ImmutableList.<Call>builder().addAll(way).add(call).build());
                }
            }
        }
        return moves;
    }

    /** Whether an operation that the register allows takes nothing away that others have still to see. */
    private boolean mayReplace(Operation operation) {
        Tag replaced = register.tag() == null ? operation.asks() : register.tag();
        return operation.isObservation() || replaced == null || !tags.isAwaited(replaced, operation);
    }

    /** Whether the register does not allow the operation, and might if writes of unknown outcome came before it. */
    private boolean mayNeedUnknown(Operation operation) {
        return (register.tag() == null || !tags.isAwaited(register.tag()))
                && register.after(operation, tags) == null
                && (operation.asksForNone() || (operation.asks() != null && tags.mayBeOfUnknown(operation.asks())));
    }
}
