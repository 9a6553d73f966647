package io.quorate.node.protocol.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.liveness.Islands.Act;
import io.quorate.ring.topology.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IslandsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");

    private static Islands islands(NodeId self) {
        return new Islands(self, Islands.Settings.DEFAULT);
    }

    @Test
    void lowestOfThoseThatHearEachOtherFormsAnIslandAfterAWhile() {
        Islands lowest = islands(N2);
        Islands other = islands(N3);

        assertThat(lowest.next(0, 0, Map.of(N3, 0L)).act()).isEqualTo(Act.WAIT);
        assertThat(lowest.next(2 * SECOND, 0, Map.of(N3, 0L)).act()).isEqualTo(Act.FORM);
        assertThat(other.next(0, 0, Map.of(N2, 0L)).act()).isEqualTo(Act.WAIT);
        assertThat(other.next(20 * SECOND, 0, Map.of(N2, 0L)).act()).isEqualTo(Act.WAIT);
    }

    @Test
    void othersFormItWhenTheLowestSeemsUnableTo() {
        Islands other = islands(N3);

        other.next(0, 0, Map.of(N2, 0L));

        assertThat(other.next(30 * SECOND, 0, Map.of(N2, 0L)).act()).isEqualTo(Act.FORM);
    }

    @Test
    void whoStartsAnewJoinsAnIslandThatIsThereEvenIfItIsTheLowest() {
        Islands restarted = islands(N1);

        assertThat(restarted.next(0, 0, Map.of(N2, 7L, N3, 7L))).isEqualTo(new Islands.Step(Act.JOIN, N2));
        assertThat(restarted.next(100 * SECOND, 0, Map.of(N2, 0L, N3, 7L))).isEqualTo(new Islands.Step(Act.JOIN, N3));
    }

    @Test
    void smallerIslandIsGivenUpAfterAWhileOfHearingTheLarger() {
        Islands alone = islands(N1);

        assertThat(alone.next(0, 5, Map.of(N2, 9L, N3, 9L)).act()).isEqualTo(Act.WAIT);
        assertThat(alone.next(4 * SECOND, 5, Map.of(N2, 9L, N3, 9L)).act()).isEqualTo(Act.WAIT);
        assertThat(alone.next(5 * SECOND, 5, Map.of(N2, 9L, N3, 9L)).act()).isEqualTo(Act.START_ANEW);
        Islands many = islands(N2);
        many.next(0, 9, Map.of(N1, 5L, N3, 9L));
        assertThat(many.next(100 * SECOND, 9, Map.of(N1, 5L, N3, 9L)).act()).isEqualTo(Act.WAIT);
    }

    @Test
    void differenceThatPassesIsNoReason() {
        Islands alone = islands(N1);

        alone.next(0, 5, Map.of(N2, 9L, N3, 9L));
        alone.next(3 * SECOND, 5, Map.of(N2, 5L, N3, 5L));

        assertThat(alone.next(6 * SECOND, 5, Map.of(N2, 9L, N3, 9L)).act()).isEqualTo(Act.WAIT);
    }

    /** Nodes that start, fall apart and meet again in any way end up on one island once all hear each other. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void allThatHearEachOtherEndUpOnOneIsland(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<NodeId, Islands> machines = new TreeMap<>();
        Map<NodeId, Long> island = new TreeMap<>();
        for (int i = 1; i <= 5; i++) {
            NodeId id = NodeId.of("n" + i);
            machines.put(id, islands(id));
            island.put(id, 0L);
        }
        long nextIsland = 100;
        for (int second = 0; second < 300; second++) {
            boolean apart = second < 150;
            int cut = 1 + random.nextInt(4);
            for (NodeId id : machines.keySet()) {
                Map<NodeId, Long> peers = new HashMap<>();
                island.forEach((peer, number) -> {
                    boolean sameSide = (index(peer) <= cut) == (index(id) <= cut);
                    if (!peer.equals(id) && (!apart || sameSide)) {
                        peers.put(peer, number);
                    }
                });
                Islands.Step step = machines.get(id).next(second * SECOND, island.getOrDefault(id, 0L), peers);
                switch (step.act()) {
                    case WAIT -> {}
                    case FORM -> island.put(id, nextIsland + random.nextInt(1000));
                    case JOIN -> island.put(id, island.getOrDefault(step.peer(), 0L));
                    case START_ANEW -> island.put(id, 0L);
                }
                nextIsland += 1000;
            }
            if (apart && random.nextInt(10) == 0) {
                island.put(NodeId.of("n" + (1 + random.nextInt(5))), 0L);
            }
        }
        assertThat(island.values()).as("islands by node: " + island).doesNotContain(0L);
        assertThat(island.values().stream().distinct()).hasSize(1);
    }

    private static int index(NodeId id) {
        return id.value().charAt(1) - '0';
    }
}
