package io.quorate.node.protocol.raft;

import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Who belonged to the group from which entry of the log on. An entry that changes it counts as soon as it stands in the log,
 * committed or not (section 6 of the paper), and no more once another has taken its place.
 */
final class Configurations {
    private final NavigableMap<Long, Configuration> byIndex = new TreeMap<>();

    Configurations(Base base, List<Entry> log) {
        byIndex.put(base.index(), base.configuration());
        log.forEach(this::added);
    }

    void added(Entry entry) {
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            byIndex.put(entry.index(), Configuration.decode(entry.payload()));
        }
    }

    /** What stood from an index on is gone. */
    void cutFrom(long index) {
        byIndex.tailMap(index, true).clear();
    }

    /** All up to an index is in a base. */
    void compactTo(long index) {
        Map.Entry<Long, Configuration> at = byIndex.floorEntry(index);
        if (at != null) {
            byIndex.headMap(at.getKey(), false).clear();
        }
    }

    void reset(Base base) {
        byIndex.clear();
        byIndex.put(base.index(), base.configuration());
    }

    Configuration latest() {
        return byIndex.lastEntry().getValue();
    }

    /** The entry that made the latest. */
    long latestIndex() {
        return byIndex.lastKey();
    }

    /** Whether a member votes by the configuration of an entry, or by any after it. */
    boolean isVoterSince(long index, NodeId member) {
        Long first = byIndex.floorKey(index);
        return byIndex.tailMap(first == null ? index : first, true).values().stream()
                .anyMatch(configuration -> configuration.isVoter(member));
    }

    /** As it was at an entry. */
    Configuration at(long index) {
        Map.Entry<Long, Configuration> entry = byIndex.floorEntry(index);
        if (entry == null) {
            throw new IllegalArgumentException("entry " + index + " is before the base");
        }
        return entry.getValue();
    }
}
