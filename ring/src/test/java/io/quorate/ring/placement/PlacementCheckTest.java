package io.quorate.ring.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementCheckTest {
    private final Membership ring = Rings.equalNodes(6, 3);
    private final PartitionTable good = new BalancedPlanner().plan(ring, new PartitionCount(16), 3, null);

    @Test
    void aGoodTableHasNoViolations() {
        assertThat(PlacementCheck.violations(good, ring)).isEmpty();
    }

    @Test
    void aHomeThatIsNoMemberIsFound() {
        assertThat(withRow(5, "n00", "n01", "n77")).anyMatch(v -> v.contains("partition 5") && v.contains("n77"));
    }

    @Test
    void aNodeThatIsTwiceAHomeIsFound() {
        assertThat(withRow(3, "n00", "n01", "n00")).anyMatch(v -> v.contains("partition 3 is placed twice on n00"));
    }

    @Test
    void aRowInFewerZonesThanPossibleIsFound() {
        // n00 and n03 share a zone.
        assertThat(withRow(7, "n00", "n03", "n01")).contains("partition 7 stands in 2 zones, 3 are possible");
    }

    @Test
    void anUnbalancedTableIsFound() {
        List<List<NodeId>> rows = new ArrayList<>();
        for (int p = 0; p < 16; p++) {
            rows.add(row("n00", "n01", p < 8 ? "n02" : "n05"));
        }
        assertThat(PlacementCheck.violations(new PartitionTable(3, rows), ring))
                .containsExactly("loads of equal nodes range from 0 to 16");
    }

    private List<String> withRow(int partition, String... homes) {
        List<List<NodeId>> rows = new ArrayList<>(good.rows());
        rows.set(partition, row(homes));
        return PlacementCheck.violations(new PartitionTable(3, rows), ring);
    }

    private static List<NodeId> row(String... homes) {
        return List.of(homes).stream().map(NodeId::of).toList();
    }
}
