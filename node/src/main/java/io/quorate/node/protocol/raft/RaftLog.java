package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * The log of one member, in memory, and how far it is durable, committed and handed on to be applied.
 *
 * <p>An entry is durable when the write that holds it as it is now is. That an earlier write of the same entry is durable
 * says nothing, where another entry stood in its place in between.
 */
final class RaftLog {
    /** Above the number of every write. */
    private static final long UNWRITTEN = Long.MAX_VALUE;

    private static final class Slot {
        private final Entry entry;
        private long write;

        private Slot(Entry entry, long write) {
            this.entry = entry;
            this.write = write;
        }
    }

    /** What comes before the first entry here. */
    private long baseIndex;

    private long baseTerm;
    private final Configurations configurations;
    private final List<Slot> slots = new ArrayList<>();
    private long durable;
    private long acked;
    private long commit;
    private long handed;
    /** Bytes of what is not committed. */
    private long uncommitted;
    /** Bytes of all that is here. */
    private long bytes;

    /**
     * As it is on disk.
     *
     * @param applied up to where the state machine has applied it
     */
    RaftLog(Base base, List<Entry> entries, long applied) {
        this.baseIndex = base.index();
        this.baseTerm = base.term();
        this.configurations = new Configurations(base, entries);
        entries.forEach(entry -> slots.add(new Slot(entry, 0)));
        this.durable = lastIndex();
        this.commit = Math.max(baseIndex, applied);
        this.handed = commit;
        this.uncommitted = bytes(commit, lastIndex());
        this.bytes = bytes(baseIndex, lastIndex());
    }

    private long bytes(long after, long until) {
        long bytes = 0;
        for (long i = after + 1; i <= until; i++) {
            bytes += slot(i).entry.bytes();
        }
        return bytes;
    }

    long lastIndex() {
        return baseIndex + slots.size();
    }

    long lastTerm() {
        return term(lastIndex());
    }

    Configurations configurations() {
        return configurations;
    }

    /** Up to where entries can go so that not many more bytes stay than these; the base if none can. */
    long compactableTo(long applied, long keepBytes) {
        long until = Math.min(applied, Math.min(handed, durable));
        long index = lastIndex();
        for (long kept = 0; index > baseIndex; index--) {
            kept += slot(index).entry.bytes();
            if (kept > keepBytes) {
                break;
            }
        }
        return Math.min(index, Math.max(until, baseIndex));
    }

    /** The state of the state machine at an index stands for all entries up to it, which go. */
    void compact(long index) {
        long until = Math.min(index, Math.min(handed, durable));
        if (until > baseIndex) {
            bytes -= bytes(baseIndex, until);
            baseTerm = term(until);
            slots.subList(0, (int) (until - baseIndex)).clear();
            baseIndex = until;
            configurations.compactTo(until);
        }
    }

    /**
     * A state of the state machine has come that holds more than this log: it begins behind it, with nothing.
     *
     * @return what stood behind the state
     */
    List<Ready.Position> reset(Base base) {
        List<Ready.Position> gone = slots.stream()
                .filter(slot -> slot.entry.index() > base.index())
                .map(slot -> new Ready.Position(slot.entry.index(), slot.entry.term()))
                .toList();
        slots.clear();
        baseIndex = base.index();
        baseTerm = base.term();
        configurations.reset(base);
        durable = baseIndex;
        commit = Math.max(commit, baseIndex);
        handed = Math.max(handed, baseIndex);
        uncommitted = 0;
        bytes = 0;
        return gone;
    }

    /** The term of an entry; -1 if it is not here. */
    long term(long index) {
        if (index == baseIndex) {
            return baseTerm;
        }
        return index < baseIndex || index > lastIndex() ? -1 : slot(index).entry.term();
    }

    private Slot slot(long index) {
        return slots.get((int) (index - baseIndex - 1));
    }

    long baseIndex() {
        return baseIndex;
    }

    long commit() {
        return commit;
    }

    /** Up to where everything is durable. */
    long durable() {
        return durable;
    }

    /** Entries from an index on, up to so many bytes, but one at least if there is any. */
    ImmutableList<Entry> from(long index, long maxBytes) {
        ImmutableList.Builder<Entry> entries = ImmutableList.builder();
        long bytes = 0;
        for (long i = index; i <= lastIndex(); i++) {
            Entry entry = slot(i).entry;
            bytes += entry.bytes();
            if (i > index && bytes > maxBytes) {
                break;
            }
            entries.add(entry);
        }
        return entries.build();
    }

    /** Adds an entry of this leader's own. */
    void add(Entry entry) {
        if (entry.index() != lastIndex() + 1) {
            throw new IllegalArgumentException(entry + " after " + lastIndex());
        }
        slots.add(new Slot(entry, UNWRITTEN));
        uncommitted += entry.bytes();
        bytes += entry.bytes();
        configurations.added(entry);
    }

    /**
     * The first of these that is not here as it is; the index after the last if all are.
     *
     * @param entries in order, the first right behind one that is here
     */
    long firstDifferent(List<Entry> entries, long after) {
        for (Entry entry : entries) {
            if (term(entry.index()) != entry.term()) {
                return entry.index();
            }
        }
        return after + entries.size() + 1;
    }

    /** Replaces what stands from the first one's index on; what stood there. */
    List<Ready.Position> replace(List<Entry> entries) {
        long first = entries.get(0).index();
        if (first <= commit) {
            throw new IllegalStateException(
                    "entry " + first + " is committed (up to " + commit + "), and would change");
        }
        List<Ready.Position> gone = new ArrayList<>();
        long cut = bytes(first - 1, lastIndex());
        uncommitted -= cut;
        bytes -= cut;
        List<Slot> tail = slots.subList((int) (first - baseIndex - 1), slots.size());
        tail.forEach(slot -> gone.add(new Ready.Position(slot.entry.index(), slot.entry.term())));
        tail.clear();
        configurations.cutFrom(first);
        durable = Math.min(durable, first - 1);
        entries.forEach(this::add);
        return gone;
    }

    /** The last entry at or before an index whose term is not above a term; before the base if none is here. */
    long lastNotAbove(long index, long term) {
        long i = Math.min(index, lastIndex());
        while (i >= baseIndex && term(i) > term) {
            i--;
        }
        return i;
    }

    /** What has not been given to be written, which it is from now on under this number. */
    ImmutableList<Entry> takeUnwritten(long write) {
        ImmutableList.Builder<Entry> entries = ImmutableList.builder();
        int i = slots.size();
        while (i > 0 && slots.get(i - 1).write == UNWRITTEN) {
            i--;
        }
        for (Slot slot : slots.subList(i, slots.size())) {
            slot.write = write;
            entries.add(slot.entry);
        }
        return entries.build();
    }

    boolean hasUnwritten() {
        return !slots.isEmpty() && slots.get(slots.size() - 1).write == UNWRITTEN;
    }

    /** All writes up to this one are durable. */
    void persisted(long write) {
        acked = Math.max(acked, write);
        while (durable < lastIndex() && slot(durable + 1).write <= acked) {
            durable++;
        }
    }

    /** Raises the commit index; never beyond what is here, and never back. */
    boolean commitTo(long index) {
        long next = Math.min(index, lastIndex());
        if (next <= commit) {
            return false;
        }
        uncommitted -= bytes(commit, next);
        commit = next;
        return true;
    }

    /** The state machine holds all up to an entry of this log. */
    void skipTo(long index) {
        commitTo(index);
        handed = Math.max(handed, index);
    }

    /** What is committed and durable here and has not been handed on. */
    ImmutableList<Entry> takeCommitted() {
        ImmutableList.Builder<Entry> entries = ImmutableList.builder();
        long until = Math.min(commit, durable);
        for (long i = handed + 1; i <= until; i++) {
            entries.add(slot(i).entry);
        }
        handed = Math.max(handed, until);
        return entries.build();
    }

    /** Bytes of what is not committed. */
    long uncommittedBytes() {
        return uncommitted;
    }

    /** Bytes of all that is here. */
    long bytes() {
        return bytes;
    }
}
