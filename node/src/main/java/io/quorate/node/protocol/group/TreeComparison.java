package io.quorate.node.protocol.group;

import com.google.common.primitives.ImmutableLongArray;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The leader's part in a check: holds what the others came to against its own. Whoever is equal answers once, with some three
 * hundred bytes; of others the branches that differ are asked for one by one. Who does not answer is no alarm.
 */
final class TreeComparison {
    /** A comparison ends after so many intervals, whoever counts still. */
    private static final int IN_ALL_INTERVALS = 36;

    private final NodeId self;
    private final GroupSettings settings;
    private final Group.Output output;
    /** Who is asked still. */
    private final Map<NodeId, Asked> asked = new TreeMap<>();

    private final Map<NodeId, Difference> differences = new TreeMap<>();
    private TreeCheck.@Nullable Sums own;
    private long began;
    /** Whether all members that are over were equal. */
    private boolean equal;

    /** What one member is asked, and what has been found so far. */
    private static final class Asked {
        private final Deque<Integer> parts = new ArrayDeque<>(List.of(0));
        private final List<Integer> leaves = new ArrayList<>();
        private boolean others;
        private long askedAt;
        private long heardAt;
        private boolean begun;

        private Asked(long now) {
            heardAt = now;
        }
    }

    /** How a member's state differs from the leader's. */
    private record Difference(List<Integer> leaves, boolean others) {
        String describe(NodeId leader, NodeId member) {
            String versions = leaves.isEmpty()
                    ? ""
                    : leaves.size() + " of " + LeafTable.LEAVES + " leaves, the first: " + leaves.get(0);
            String rest = others ? "what is remembered of writes" : "";
            return leader + " and " + member + " differ in " + versions
                    + (versions.isEmpty() || rest.isEmpty() ? "" : ", and in ") + rest;
        }
    }

    TreeComparison(NodeId self, GroupSettings settings, Group.Output output) {
        this.self = self;
        this.settings = settings;
        this.output = output;
    }

    /** Begins to compare with the other members, unless that is going on or over for this check. */
    void begin(TreeCheck.Sums sums, Collection<NodeId> members, long now) {
        if (sums.equals(own)) {
            return;
        }
        own = sums;
        began = now;
        equal = true;
        asked.clear();
        for (NodeId member : members) {
            if (!member.equals(self)) {
                asked.put(member, new Asked(now));
            }
        }
        differences.keySet().retainAll(members);
    }

    boolean isGoingOn() {
        return !asked.isEmpty();
    }

    /** This node leads no more: who does compares anew. */
    void end() {
        own = null;
        asked.clear();
        differences.clear();
    }

    void tick(long now) {
        TreeCheck.Sums present = own;
        if (present == null) {
            return;
        }
        // Who counts still is waited for, who is silent is not.
        boolean over = now - began >= IN_ALL_INTERVALS * settings.checkNanos();
        equal &= !asked.values().removeIf(state -> over || now - state.heardAt >= settings.checkNanos());
        asked.forEach((member, state) -> {
            if (!state.begun || now - state.askedAt >= settings.askAgainNanos()) {
                ask(present, member, state, now);
            }
        });
    }

    private void ask(TreeCheck.Sums present, NodeId member, Asked state, long now) {
        state.begun = true;
        state.askedAt = now;
        output.send(member, new GroupMessage.Compare(present.index(), present.term(), state.parts.element()));
    }

    void onCompared(NodeId from, GroupMessage.Compared answer, long now) {
        TreeCheck.Sums present = own;
        Asked state = asked.get(from);
        if (present == null
                || state == null
                || answer.index() != present.index()
                || answer.term() != present.term()
                || answer.part() != state.parts.element()) {
            return;
        }
        state.heardAt = now;
        if (answer.pending()) {
            return;
        }
        ImmutableLongArray mine = present.digests(answer.part());
        if (answer.digests().length() != mine.length()) {
            // It cannot tell: it was not there, or has taken a state since.
            equal = false;
            over(from);
            return;
        }
        state.parts.remove();
        note(state, answer.part(), mine, answer.digests());
        if (state.parts.isEmpty()) {
            judge(from, new Difference(List.copyOf(state.leaves), state.others), present.index());
            over(from);
        } else {
            ask(present, from, state, now);
        }
    }

    private static void note(Asked state, int part, ImmutableLongArray mine, ImmutableLongArray theirs) {
        for (int i = 0; i < mine.length(); i++) {
            if (mine.get(i) == theirs.get(i)) {
                continue;
            }
            if (part > 0) {
                state.leaves.add((part - 1) * (LeafTable.LEAVES / LeafTable.BRANCHES) + i);
            } else if (i == 0) {
                state.others = true;
            } else {
                // Branch i - 1 is part i.
                state.parts.add(i);
            }
        }
    }

    private void judge(NodeId member, Difference found, long index) {
        if (found.leaves().isEmpty() && !found.others()) {
            if (differences.remove(member) != null) {
                output.note(self + " and " + member + " are equal again at entry " + index, false);
            }
            return;
        }
        equal = false;
        if (!found.equals(differences.put(member, found))) {
            output.note(
                    "ALARM: at entry " + index + " " + found.describe(self, member)
                            + "; nothing is changed, and which of them is right is not known",
                    true);
            output.happened(GroupEvent.CHECK_ALARM);
        }
    }

    private void over(NodeId member) {
        asked.remove(member);
        if (asked.isEmpty() && equal) {
            output.happened(GroupEvent.CHECKED);
        }
    }

    /** Which members differ from this one; empty if none is known to. */
    String alarm() {
        List<String> all = new ArrayList<>();
        differences.forEach((member, found) -> all.add(found.describe(self, member)));
        return String.join("; ", all);
    }
}
