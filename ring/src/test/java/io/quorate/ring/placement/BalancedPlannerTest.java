package io.quorate.ring.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancedPlannerTest {
    private final PlacementPlanner planner = new BalancedPlanner();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 64, 256})
    void everySmallClusterIsPlacedByTheRules(int q) {
        for (int nodes = 1; nodes <= 20; nodes++) {
            for (int zones : new int[] {1, 2, 3, nodes}) {
                Membership ring = Rings.equalNodes(nodes, Math.min(zones, nodes));
                for (int replicas = 1; replicas <= Math.min(5, nodes); replicas++) {
                    PartitionTable table = planner.plan(ring, new PartitionCount(q), replicas, null);
                    assertThat(PlacementCheck.violations(table, ring))
                            .as("%d nodes in %d zones, %d replicas", nodes, zones, replicas)
                            .isEmpty();
                    assertThat(table.rows()).hasSize(q);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 64, 256})
    void coordinatorsSpreadEvenlyOverEqualNodes(int q) {
        for (int nodes = 1; nodes <= 20; nodes++) {
            for (int zones : new int[] {1, nodes}) {
                Membership ring = Rings.equalNodes(nodes, zones);
                for (int replicas = 1; replicas <= Math.min(5, nodes); replicas++) {
                    PartitionTable table = planner.plan(ring, new PartitionCount(q), replicas, null);
                    Map<NodeId, Integer> firsts = counts(ring);
                    table.rows().forEach(row -> firsts.merge(row.get(0), 1, Integer::sum));
                    assertThat(Collections.max(firsts.values()) - Collections.min(firsts.values()))
                            .as("%d nodes in %d zones, %d replicas: %s", nodes, zones, replicas, firsts)
                            .isLessThanOrEqualTo(2);
                }
            }
        }
    }

    @Test
    void thePlanDependsOnNothingButItsArguments() {
        List<Member> members = new ArrayList<>(Rings.equalNodes(11, 3).members());
        PartitionTable first = planner.plan(new Membership(members), new PartitionCount(64), 3, null);
        for (int seed = 0; seed < 10; seed++) {
            Collections.shuffle(members, new Random(seed));
            assertThat(new BalancedPlanner().plan(new Membership(members), new PartitionCount(64), 3, null))
                    .isEqualTo(first);
        }
    }

    @Test
    void thePlanOfThreeNodesNeverChanges() {
        PartitionTable table = planner.plan(Rings.equalNodes(3, 3), new PartitionCount(8), 3, null);
        assertThat(table.rows().stream()
                        .map(row -> row.get(0) + " " + row.get(1) + " " + row.get(2))
                        .toList())
                .isEqualTo(List.of(
                        "n00 n01 n02",
                        "n01 n02 n00",
                        "n02 n00 n01",
                        "n00 n02 n01",
                        "n01 n00 n02",
                        "n02 n01 n00",
                        "n00 n01 n02",
                        "n01 n02 n00"));
    }

    @Test
    void aNodeOfTwiceTheCapacityHoldsAboutTwiceAsMuch() {
        Membership ring = Rings.nodes(8, 8, i -> i < 2 ? 2 : 1);
        PartitionTable table = planner.plan(ring, new PartitionCount(256), 3, null);
        Map<NodeId, Integer> load = counts(ring);
        table.rows().forEach(row -> row.forEach(home -> load.merge(home, 1, Integer::sum)));
        double unit = 256 * 3 / 10.0;
        ring.members()
                .forEach(member -> assertThat((double) load.getOrDefault(member.id(), 0))
                        .as("%s of capacity %s", member.id(), member.capacity())
                        .isBetween(0.9 * unit * member.capacity(), 1.1 * unit * member.capacity()));
    }

    @Test
    void fewerNodesThanReplicasAreRefused() {
        assertThatThrownBy(() -> planner.plan(Rings.equalNodes(2, 2), new PartitionCount(8), 3, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("placement.replicas = 3")
                .hasMessageContaining("has 2");
    }

    private static Map<NodeId, Integer> counts(Membership ring) {
        Map<NodeId, Integer> counts = new TreeMap<>();
        ring.ids().forEach(id -> counts.put(id, 0));
        return counts;
    }
}
