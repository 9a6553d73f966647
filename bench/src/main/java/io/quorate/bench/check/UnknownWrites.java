package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The writes of unknown outcome, in the order of their invocations, and which of them have a place. */
final class UnknownWrites {
    private final List<Call> calls;
    private final BitSet placed = new BitSet();

    /**
     * What a write does, as far as anybody can tell it from what others do.
     *
     * @param value null if no read shows it
     */
    private record Effect(
            Operation.Kind kind,
            @Nullable Tag expected,
            @Nullable Long value) {}

    UnknownWrites(List<Call> calls) {
        this.calls = calls;
    }

    void place(int index) {
        placed.set(index);
    }

    void takeBack(int index) {
        placed.clear(index);
    }

    BitSet placed() {
        return (BitSet) placed.clone();
    }

    /**
     * The ways to make an operation possible that the register does not allow: for each the writes that have to come right
     * before it, in their order. Some of them may turn out not to be possible.
     *
     * @param horizon writes that were invoked after it come too late
     */
    List<List<Call>> waysTo(Operation target, Register register, Tags tags, long horizon) {
        List<Call> begun = new ArrayList<>();
        for (Call call : calls) {
            if (call.operation().invoked() > horizon) {
                break;
            }
            if (!placed.get(call.index())) {
                begun.add(call);
            }
        }
        List<List<Call>> ways = new ArrayList<>();
        addWays(target, begun, List.of(), ways, register, tags);
        return ways;
    }

    /**
     * Goes backwards: whatever makes the target possible, and if that needs something itself, whatever makes it so. Such
     * chains are short: each but the first of one expects a tag that nobody was told, or finds what the one before deleted.
     */
    private void addWays(
            Operation target, List<Call> begun, List<Call> tail, List<List<Call>> ways, Register register, Tags tags) {
        Set<Effect> tried = new HashSet<>();
        for (Call call : begun) {
            Operation write = call.operation();
            if (write.removes() != target.asksForNone()
                    || left(write).after(target, tags) == null
                    || tail.contains(call)
                    || !tried.add(effect(write, tags))) {
                continue;
            }
            List<Call> way = new ArrayList<>();
            way.add(call);
            way.addAll(tail);
            if (register.after(write, tags) != null) {
                ways.add(way);
            } else {
                addWays(write, begun, way, ways, register, tags);
            }
        }
    }

    private static Register left(Operation write) {
        return write.removes() ? Register.EMPTY : new Register(write.value(), null);
    }

    private static Effect effect(Operation write, Tags tags) {
        Long value = tags.isShownOfUnknown(write.value()) ? write.value() : null;
        return new Effect(write.kind(), write.expected(), value);
    }
}
