package io.quorate.ring.placement;

import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Verifies any table against the rules of placement, whoever planned it. */
public final class PlacementCheck {
    private PlacementCheck() {}

    /** What is wrong with the table, one sentence each; empty when it keeps every rule. */
    public static List<String> violations(PartitionTable table, Membership membership) {
        List<String> found = new ArrayList<>();
        Set<String> zones = new HashSet<>();
        for (Member member : membership.members()) {
            zones.add(zone(member));
        }
        int zonesNeeded = Math.min(table.replicas(), zones.size());
        Map<NodeId, Integer> load = new LinkedHashMap<>();
        membership.ids().forEach(id -> load.put(id, 0));
        for (int p = 0; p < table.partitions().value(); p++) {
            Set<NodeId> nodes = new HashSet<>();
            Set<String> rowZones = new HashSet<>();
            for (NodeId home : table.homes(p)) {
                Member member = membership.find(home);
                if (member == null) {
                    found.add("partition " + p + " is placed on " + home + ", which is no member");
                    continue;
                }
                if (!nodes.add(home)) {
                    found.add("partition " + p + " is placed twice on " + home);
                }
                rowZones.add(zone(member));
                load.merge(home, 1, Integer::sum);
            }
            if (rowZones.size() < zonesNeeded) {
                found.add("partition " + p + " stands in " + rowZones.size() + " zones, " + zonesNeeded
                        + " are possible");
            }
        }
        if (equalNodes(membership)) {
            int min = load.values().stream().min(Integer::compare).orElse(0);
            int max = load.values().stream().max(Integer::compare).orElse(0);
            if (max - min > 2) {
                found.add("loads of equal nodes range from " + min + " to " + max);
            }
        }
        return found;
    }

    private static boolean equalNodes(Membership membership) {
        Map<String, Integer> perZone = new LinkedHashMap<>();
        Set<Double> capacities = new HashSet<>();
        for (Member member : membership.members()) {
            perZone.merge(zone(member), 1, Integer::sum);
            capacities.add(member.capacity());
        }
        return capacities.size() == 1 && new HashSet<>(perZone.values()).size() == 1;
    }

    private static String zone(Member member) {
        return member.dc() + "/" + member.zone();
    }
}
