package io.quorate.bench.sim.raft;

import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log as a disk has it: what it begins behind, and the entries. */
final class SimLog {
    private Base base;
    private final List<Entry> entries = new ArrayList<>();

    SimLog(Base base) {
        this.base = base;
    }

    SimLog copy() {
        SimLog copy = new SimLog(base);
        copy.entries.addAll(entries);
        return copy;
    }

    Base base() {
        return base;
    }

    List<Entry> entries() {
        return entries;
    }

    long lastIndex() {
        return base.index() + entries.size();
    }

    /** The entry at an index; null if it is not here. */
    @Nullable
    Entry at(long index) {
        return index <= base.index() || index > lastIndex() ? null : entries.get((int) (index - base.index() - 1));
    }

    void write(@Nullable Base reset, List<Entry> added) {
        if (reset != null) {
            entries.clear();
            base = reset;
        }
        if (!added.isEmpty()) {
            entries.subList((int) (added.get(0).index() - base.index() - 1), entries.size())
                    .clear();
            entries.addAll(added);
        }
    }

    /** As {@link #write}, but what stood behind stays: a disk that is not told where the log ends now. */
    void writeOver(@Nullable Base reset, List<Entry> added) {
        int end = added.isEmpty()
                ? entries.size()
                : (int) (added.get(added.size() - 1).index() - base.index());
        List<Entry> tail =
                reset == null && end < entries.size() ? List.copyOf(entries.subList(end, entries.size())) : List.of();
        write(reset, added);
        entries.addAll(tail);
    }

    /** Whether it has an entry, or a state that stands for it. */
    boolean holds(Entry entry) {
        return entry.index() <= base.index() || entry.equals(at(entry.index()));
    }

    /** Entries up to a base go, if they are here. */
    void compact(Base to) {
        if (to.index() > base.index() && to.index() <= lastIndex()) {
            entries.subList(0, (int) (to.index() - base.index())).clear();
            base = to;
        }
    }
}
