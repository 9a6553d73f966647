package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.Ready;
import java.util.ArrayList;
import java.util.List;

/** A log put together again from what was written, in its order: each write replaces what stood from its first entry on. */
public final class FoundLog {
    private Base base;
    private HardState state = HardState.NONE;
    private final List<Entry> entries = new ArrayList<>();

    /** Nothing but a beginning. */
    public FoundLog(Base beginning) {
        this.base = beginning;
    }

    /** Begins behind what a snapshot stands for. */
    public void begin(Ready.Write kept) {
        entries.clear();
        Base from = kept.base();
        if (from != null) {
            base = from;
        }
        state = kept.state();
    }

    /** Adds the next write. What it brings of entries that the base stands for is passed over. */
    public void add(Ready.Write write) {
        state = write.state();
        Base from = write.base();
        if (from != null) {
            entries.clear();
            base = from;
        }
        for (Entry entry : write.entries()) {
            put(entry);
        }
    }

    private void put(Entry entry) {
        if (entry.index() <= base.index()) {
            return;
        }
        int at = (int) (entry.index() - base.index() - 1);
        if (at > entries.size()) {
            throw new IllegalStateException(
                    "entry " + entry.index() + " follows " + (base.index() + entries.size()) + ": the log has a gap");
        }
        entries.subList(at, entries.size()).clear();
        entries.add(entry);
    }

    public Base base() {
        return base;
    }

    public HardState state() {
        return state;
    }

    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Lets go of everything. */
    public void clear() {
        entries.clear();
    }
}
