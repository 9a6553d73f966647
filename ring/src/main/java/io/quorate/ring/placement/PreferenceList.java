package io.quorate.ring.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes that answer for a partition: its homes in preference order, then every other node as a fallback, in an
 * order that every coordinator computes alike.
 *
 * <p>Fallbacks follow a rendezvous hash (Thaler and Ravishankar, 1998) over (partition, node), nodes of zones without a
 * home first: when a home fails, its load spreads over the ring, and hints of one partition gather at one node.
 */
public record PreferenceList(int partition, ImmutableList<NodeId> homes, ImmutableList<NodeId> fallbacks) {
    public static PreferenceList of(int partition, PartitionTable table, Membership membership) {
        ImmutableList<NodeId> homes = table.homes(partition);
        Set<String> homeZones = new LinkedHashSet<>();
        for (NodeId home : homes) {
            Member member = membership.get(home);
            homeZones.add(member.dc() + "/" + member.zone());
        }
        List<NodeId> fallbacks = membership.members().stream()
                .filter(m -> !homes.contains(m.id()))
                .sorted(Comparator.<Member, Boolean>comparing(m -> homeZones.contains(m.dc() + "/" + m.zone()))
                        .thenComparing(m -> score(partition, m.id()), Comparator.reverseOrder())
                        .thenComparing(Member::id))
                .map(Member::id)
                .toList();
        return new PreferenceList(partition, homes, ImmutableList.copyOf(fallbacks));
    }

    /** The first {@code n} homes: those of a bucket whose n is smaller than the ring's N. */
    public ImmutableList<NodeId> homes(int n) {
        return n == homes.size() ? homes : homes.subList(0, n);
    }

    private static long score(int partition, NodeId node) {
        return Hashing.murmur3_128(partition)
                        .hashString(node.value(), StandardCharsets.UTF_8)
                        .asLong()
                >>> 1;
    }
}
