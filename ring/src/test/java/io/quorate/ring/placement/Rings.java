package io.quorate.ring.placement;

import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Memberships to place partitions on. */
final class Rings {
    private Rings() {}

    /** Nodes n00, n01, ... dealt to the zones in turn. */
    static Membership equalNodes(int nodes, int zones) {
        return nodes(nodes, zones, i -> 1);
    }

    static Membership nodes(int nodes, int zones, IntToDoubleFunction capacity) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            members.add(member(i, "z" + i % zones, capacity.applyAsDouble(i)));
        }
        return new Membership(members);
    }

    static Member member(int index, String zone, double capacity) {
        NodeId id = NodeId.of((index < 10 ? "n0" : "n") + index);
        return new Member(id, "dc1", zone, capacity, "http://127.0.0.1:1", "127.0.0.1", 7000 + index, 8000 + index);
    }
}
