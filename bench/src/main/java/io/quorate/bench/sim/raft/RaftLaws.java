package io.quorate.bench.sim.raft;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** What no run of a group may break: figure 3 of the paper, and linearizable reads. */
final class RaftLaws {
    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final List<Entry> committed = new ArrayList<>();
    /** The terms of those who applied them first: not before they were committed. */
    private final List<Long> committedIn = new ArrayList<>();

    /** Who belonged to the group from which committed entry on. */
    private final NavigableMap<Long, Configuration> configurations = new TreeMap<>();

    /** Who was to belong to it. */
    private final NavigableMap<Long, Set<Configuration>> proposed = new TreeMap<>();

    private long acknowledged;
    private long checks;

    RaftLaws(Configuration beginning) {
        configurations.put(0L, beginning);
    }

    long checks() {
        return checks;
    }

    /** The last index that any member has seen committed. */
    long committed() {
        return committed.size();
    }

    /** Election safety and leader completeness. */
    void leads(NodeId node, long term, SimLog log) {
        checks++;
        NodeId other = leaders.putIfAbsent(term, node);
        if (other != null && !other.equals(node)) {
            throw new Violation("one leader a term", other + " and " + node + " lead in term " + term);
        }
        for (int i = 0; i < committed.size(); i++) {
            // One that leads in an old term may lack what was committed in later ones.
            boolean has = i < log.base().index() || committed.get(i).equals(log.at(i + 1));
            if (!has && committedIn.get(i) < term) {
                throw new Violation(
                        "a leader has all that is committed",
                        node + " leads in term " + term + " without " + committed.get(i) + ", committed in term "
                                + committedIn.get(i));
            }
        }
    }

    /**
     * State machine safety: everybody applies the same, in the same order, and not before a quorum cannot lose it.
     *
     * @param isDurable whether a node has an entry on its disk
     */
    void applies(NodeId node, long term, Entry entry, BiPredicate<NodeId, Entry> isDurable) {
        checks++;
        if (entry.index() == committed.size() + 1) {
            committed.add(entry);
            committedIn.add(term);
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                configurations.put(entry.index(), Configuration.decode(entry.payload()));
            }
            if (!isSafe(entry, member -> isDurable.test(member, entry))) {
                throw new Violation("what is committed is on the disks of a quorum", node + " applies " + entry);
            }
        } else if (entry.index() > committed.size() + 1
                || !committed.get((int) entry.index() - 1).equals(entry)) {
            throw new Violation(
                    "everybody applies the same",
                    node + " applies " + entry + " where "
                            + (entry.index() > committed.size() ? "nothing" : committed.get((int) entry.index() - 1))
                            + " was applied before");
        }
    }

    /** A leader has it in its log, committed or not. */
    void proposes(Entry entry) {
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            proposed.computeIfAbsent(entry.index(), index -> new HashSet<>())
                    .add(Configuration.decode(entry.payload()));
        }
    }

    /** By who belonged to the group at that entry, or from a later one on: a leader may count by that before it commits. */
    private boolean isSafe(Entry entry, Predicate<NodeId> hasIt) {
        return configurationAt(entry.index()).isQuorum(hasIt)
                || proposed.tailMap(entry.index(), false).values().stream()
                        .flatMap(Set::stream)
                        .anyMatch(configuration -> configuration.isQuorum(hasIt));
    }

    private Configuration configurationAt(long index) {
        return configurations.floorEntry(index).getValue();
    }

    /** A client was told that its command is committed. */
    void acknowledges(long index) {
        acknowledged = Math.max(acknowledged, index);
    }

    /** What a read that begins now has to see. */
    long acknowledged() {
        return acknowledged;
    }

    void reads(NodeId node, long index, long wanted) {
        checks++;
        if (index < wanted) {
            throw new Violation(
                    "reads are linearizable",
                    "a read at " + node + " sees all up to " + index + ", and " + wanted
                            + " was acknowledged or read before it began");
        }
        // Whoever reads after this must not see less. That nobody has applied it yet is no fault: a leader commits what
        // a quorum has, and applies it when it is on its own disk too.
        acknowledged = Math.max(acknowledged, index);
    }

    /** A state that a member takes in place of entries holds what was committed. */
    void installs(NodeId node, Base base) {
        checks++;
        if (base.index() > committed.size()
                || committed.get((int) base.index() - 1).term() != base.term()
                || !configurationAt(base.index()).equals(base.configuration())) {
            throw new Violation("a state holds what is committed", node + " takes " + base);
        }
    }

    /** Log matching. */
    void match(NodeId a, SimLog first, NodeId b, SimLog second) {
        checks++;
        long above = Math.max(first.base().index(), second.base().index());
        boolean equal = false;
        for (long i = Math.min(first.lastIndex(), second.lastIndex()); i > above; i--) {
            Entry one = first.at(i);
            Entry other = second.at(i);
            if (one == null || other == null) {
                return;
            }
            equal |= one.term() == other.term();
            if (equal && !one.equals(other)) {
                throw new Violation("equal entries have equal logs before them", a + " and " + b + " differ at " + i);
            }
        }
    }
}
