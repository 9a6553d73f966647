package io.quorate.node.protocol.group;

import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.Counted;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the replicas of a group in the background. Now and then the leader puts a check into the log. Whoever applies it
 * keeps a view of its disk as of exactly that entry, and counts in small pieces what lies there; then the leader asks the
 * others what they came to. What differs is told, and never mended: nobody here knows which replica is right.
 */
final class TreeCheck {
    /** Where nothing is written there is a check after so many intervals all the same: disks rot unread. */
    private static final int IDLE_INTERVALS = 36;

    private static final ImmutableLongArray NONE = ImmutableLongArray.of();

    private final Group.Around around;
    private final GroupSettings settings;
    private final GroupRules rules;
    private final Group.Output output;
    private final RaftCore core;
    private final TreeComparison comparison;
    /** Not the same for all groups, so that they do not all count at once. */
    private final long everyNanos;

    private long lastAt;
    private long lastIndex;
    private @Nullable Mark mark;
    private @Nullable Counting counting;
    private @Nullable Sums sums;
    /** What is wrong on this disk; empty if nothing is known to be. */
    private String damage = "";

    /** A check that is applied and on its way to the store, with the turn that ends with it. */
    private record Mark(long index, long term, long turn, LeafTable.Sum root) {}

    /** What a state came to at a check. */
    record Sums(long index, long term, Counted counted) {
        /** The answer to what somebody asks of it. */
        ImmutableLongArray digests(int part) {
            if (part > 0) {
                return ImmutableLongArray.copyOf(counted.contents().leafDigests(part - 1));
            }
            return ImmutableLongArray.builder(LeafTable.BRANCHES + 1)
                    .add(counted.others().digest())
                    .addAll(counted.contents().branchDigests())
                    .build();
        }
    }

    /** A view of the disk that is being counted. */
    private static final class Counting {
        private final Mark mark;
        private final GroupStore.Count count;
        private final long generation;
        private boolean begun;

        private Counting(Mark mark, GroupStore.Count count, long generation) {
            this.mark = mark;
            this.count = count;
            this.generation = generation;
        }
    }

    TreeCheck(
            Group.Around around,
            GroupSettings settings,
            GroupRules rules,
            Group.Output output,
            RaftCore core,
            long now) {
        this.around = around;
        this.settings = settings;
        this.rules = rules;
        this.output = output;
        this.core = core;
        this.comparison = new TreeComparison(around.self(), settings, output);
        long every = settings.checkNanos();
        this.everyNanos = every - every / 4 + around.random().nextLong(every / 2 + 1);
        this.lastAt = now;
    }

    /** A check has been applied, and the turn that it ends is on its way to the store. */
    void applied(Entry entry, StateMachine.Turn turn, StateMachine machine, long now) {
        lastAt = now;
        lastIndex = entry.index();
        drop();
        mark = new Mark(
                entry.index(), entry.term(), turn.number(), machine.leaves().root());
    }

    /** Whether what is applied now must not reach the store yet. */
    boolean holdsBack() {
        return mark != null && rules.holdsBackForCheck();
    }

    /** The store shows a turn. If it is the one of a check, nothing behind it has reached the store yet. */
    void stored(StateMachine.Turn turn) {
        Mark present = mark;
        if (present == null || present.turn() != turn.number()) {
            return;
        }
        mark = null;
        try {
            GroupStore store = around.store();
            counting = new Counting(present, store.count(around.set(), around.partitions()), store.generation());
        } catch (StorageException | CorruptRecordException e) {
            found("it cannot be read: " + e.getMessage(), present.index());
        }
    }

    /** Lets time pass: a piece is counted, the others are asked, and the next check begins when it is due. */
    void tick(long applied, long now) {
        count();
        if (core.role() != Role.LEADER) {
            comparison.end();
            return;
        }
        Sums present = sums;
        if (present != null) {
            comparison.begin(present, core.configuration().members(), now);
        }
        comparison.tick(now);
        propose(applied, now);
    }

    /** Whether it is time for the next check. */
    boolean isDue(long applied, long now) {
        long since = now - lastAt;
        return settings.checkNanos() > 0
                && since >= everyNanos
                && (applied > lastIndex || since / IDLE_INTERVALS >= everyNanos);
    }

    private void propose(long applied, long now) {
        if (isDue(applied, now)
                && !isGoingOn()
                && !core.isHandingOver()
                && around.store().refusal() == null) {
            lastAt = now;
            // If there is no room in the log, the next one is as good.
            core.propose(List.of(Command.CHECK), now);
        }
    }

    /** Whether nothing is counted or compared. */
    boolean isIdle() {
        return !isGoingOn();
    }

    private boolean isGoingOn() {
        return mark != null || counting != null || comparison.isGoingOn();
    }

    private void count() {
        Counting present = counting;
        if (present == null) {
            return;
        }
        if (!present.begun) {
            present.begun = around.slots().take();
        }
        try {
            if (!present.begun || present.count.next(settings.partBytes())) {
                return;
            }
            counted(present.mark, present.count.counted());
        } catch (StorageException | CorruptRecordException e) {
            // A view ends when the engine is opened anew, which says nothing about what is in it.
            if (present.generation == around.store().generation()) {
                found("it cannot be read: " + e.getMessage(), present.mark.index());
            }
        }
        stopCounting();
    }

    private void counted(Mark at, Counted counted) {
        sums = new Sums(at.index(), at.term(), counted);
        boolean same = counted.kept().equals(at.root());
        found(
                counted.damage().isEmpty() && !same ? "its hash tree is not the one that led to it" : counted.damage(),
                at.index());
    }

    private void found(String what, long index) {
        if (!what.isEmpty() && !what.equals(damage)) {
            output.note(
                    "ALARM: the state on this node's disk is damaged, as seen at entry " + index + ": " + what
                            + "; nothing is changed",
                    true);
            output.happened(GroupEvent.CHECK_ALARM);
        } else if (what.isEmpty() && !damage.isEmpty()) {
            output.note("the state on this node's disk is whole again at entry " + index, false);
        }
        damage = what;
    }

    /** Answers the leader. */
    void onCompare(NodeId from, GroupMessage.Compare ask, long applied) {
        Sums present = sums;
        boolean known = present != null && isAt(ask, present.index(), present.term());
        Mark counted = counting == null ? mark : counting.mark;
        boolean pending = ask.index() > applied || (counted != null && isAt(ask, counted.index(), counted.term()));
        output.send(
                from,
                new GroupMessage.Compared(
                        ask.index(),
                        ask.term(),
                        ask.part(),
                        !known && pending,
                        present != null && known ? present.digests(ask.part()) : NONE));
    }

    private static boolean isAt(GroupMessage.Compare ask, long index, long term) {
        return ask.index() == index && ask.term() == term;
    }

    void onCompared(NodeId from, GroupMessage.Compared answer, long now) {
        comparison.onCompared(from, answer, now);
    }

    /** What an operator has to look into; null if nothing. */
    @Nullable
    String alarm() {
        String others = comparison.alarm();
        if (damage.isEmpty()) {
            return others.isEmpty() ? null : others;
        }
        return "the state on this node's disk is damaged: " + damage + (others.isEmpty() ? "" : "; " + others);
    }

    /** Forgets a check that has not come to its end: its state is not that of this node any more, or the node ends. */
    void drop() {
        mark = null;
        sums = null;
        stopCounting();
    }

    private void stopCounting() {
        Counting present = counting;
        counting = null;
        if (present != null) {
            present.count.close();
            if (present.begun) {
                around.slots().giveBack();
            }
        }
    }
}
