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

    /** Entries up to a base go, if they are here. */
    void compact(Base to) {
        if (to.index() > base.index() && to.index() <= lastIndex()) {
            entries.subList(0, (int) (to.index() - base.index())).clear();
            base = to;
        }
    }
}
