package io.quorate.ring.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreferenceListTest {
    private final Membership ring = Rings.equalNodes(9, 9);
    private final PartitionTable table = new BalancedPlanner().plan(ring, new PartitionCount(64), 3, null);

    @Test
    void homesAndFallbacksTogetherAreAllNodesOnce() {
        for (int p = 0; p < 64; p++) {
            PreferenceList list = PreferenceList.of(p, table, ring);
            List<NodeId> all = new ArrayList<>(list.homes());
            all.addAll(list.fallbacks());
            assertThat(all).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ring.ids());
            assertThat(list.homes()).isEqualTo(table.homes(p));
        }
    }

    @Test
    void everyCoordinatorComputesTheSameFallbacks() {
        List<Member> members = new ArrayList<>(ring.members());
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(members, new Random(seed));
            for (int p = 0; p < 64; p++) {
                assertThat(PreferenceList.of(p, table, new Membership(members)))
                        .isEqualTo(PreferenceList.of(p, table, ring));
            }
        }
    }

    @Test
    void fallbacksOfOtherZonesComeFirst() {
        Membership zoned = Rings.equalNodes(9, 4);
        PartitionTable two = new BalancedPlanner().plan(zoned, new PartitionCount(64), 2, null);
        for (int p = 0; p < 64; p++) {
            PreferenceList list = PreferenceList.of(p, two, zoned);
            Set<String> homeZones = new HashSet<>();
            list.homes().forEach(home -> homeZones.add(zoned.get(home).zone()));
            List<Boolean> shares = list.fallbacks().stream()
                    .map(node -> homeZones.contains(zoned.get(node).zone()))
                    .toList();
            assertThat(shares).isSorted().contains(true, false);
        }
    }

    @Test
    void theLoadOfAFailedNodeSpreadsOverTheRing() {
        Set<NodeId> first = new HashSet<>();
        for (int p = 0; p < 64; p++) {
            first.add(PreferenceList.of(p, table, ring).fallbacks().get(0));
        }
        assertThat(first).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void aBucketOfSmallerNUsesTheFirstHomes() {
        PreferenceList list = PreferenceList.of(5, table, ring);
        assertThat(list.homes(3)).isEqualTo(list.homes());
        assertThat(list.homes(2)).isEqualTo(ImmutableList.copyOf(list.homes().subList(0, 2)));
        assertThat(list.homes(1)).containsExactly(list.homes().get(0));
    }
}
