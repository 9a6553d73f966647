package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What one node says does not reach another, which itself is heard, and nobody has noticed. */
class OneWayCutTest {
    private static final int QUORUM = 2;
    private static final int ALL = 3;
    private static final int KEYS = 12;

    private final TinyCluster cluster = new TinyCluster();
    private final Map<RecordKey, List<String>> acknowledged = new LinkedHashMap<>();

    private void cutFromFirstToSecond() {
        cluster.lose(envelope -> envelope.from().equals(N1) && envelope.to().equals(N2));
    }

    /** Blind writes of each key through each node. */
    private void writeEverywhere() {
        Map<RecordKey, List<Call>> calls = new LinkedHashMap<>();
        for (int i = 0; i < KEYS; i++) {
            RecordKey key = key("k" + i);
            for (NodeId via : NODES) {
                calls.computeIfAbsent(key, any -> new ArrayList<>())
                        .add(cluster.put(via, key, QUORUM, CausalContext.EMPTY, via + " of " + i));
            }
        }
        cluster.run(TinyCluster.TIMEOUT + 10 * MILLI);
        calls.forEach((key, three) -> {
            List<String> good = new ArrayList<>();
            for (int i = 0; i < three.size(); i++) {
                KeyReply reply = three.get(i).await();
                if (reply instanceof KeyReply.WriteDone) {
                    good.add(NODES.get(i) + " of " + acknowledged.size());
                } else {
                    assertThat(((KeyReply.Refused) reply).outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
                }
            }
            acknowledged.put(key, good);
        });
        assertThat(acknowledged.values()).allSatisfy(good -> assertThat(good).hasSizeGreaterThanOrEqualTo(2));
    }

    private boolean diverged(RecordKey key) {
        return NODES.stream()
                        .map(node -> Set.copyOf(cluster.stored(node, key)))
                        .distinct()
                        .count()
                > 1;
    }

    private void assertAllHomesHoldTheSame() {
        acknowledged.forEach((key, good) -> {
            assertThat(diverged(key)).as(key.toString()).isFalse();
            assertThat(cluster.stored(N1, key)).containsAll(good);
        });
    }

    @Test
    void aShortOneLeavesNoDivergenceAndNobodyHasToReadForThat() {
        cutFromFirstToSecond();
        writeEverywhere();
        assertThat(acknowledged.keySet()).as("the cut has hit").anyMatch(this::diverged);
        cluster.heal();
        cluster.run(1_000 * MILLI);
        assertAllHomesHoldTheSame();
    }

    @Test
    void afterALongOneAReadOfAllHomesLeavesNoDivergence() {
        cutFromFirstToSecond();
        writeEverywhere();
        // Long enough for coordinators to have let go of what did not arrive.
        cluster.run(30_000 * MILLI);
        assertThat(acknowledged.keySet()).as("the cut has hit").anyMatch(this::diverged);
        cluster.heal();
        cluster.run(1_000 * MILLI);
        int via = 0;
        for (RecordKey key : acknowledged.keySet()) {
            assertThat(cluster.values(NODES.get(via++ % 3), key, ALL)).containsAll(acknowledged.get(key));
        }
        assertAllHomesHoldTheSame();
    }

    @Test
    void aDeleteUnderItStaysADeleteEverywhere() {
        RecordKey key = key("deleted");
        cluster.put(N1, key, ALL, CausalContext.EMPTY, "old").written();
        cutFromFirstToSecond();
        cluster.delete(N1, key, QUORUM, cluster.get(N1, key, 1).read().state().context())
                .written();
        cluster.run(30_000 * MILLI);
        assertThat(cluster.stored(N2, key)).as("the cut has hit").containsExactly("old");
        cluster.heal();
        for (NodeId via : NODES) {
            assertThat(cluster.values(via, key, QUORUM)).as("through %s", via).isEmpty();
        }
        assertThat(cluster.values(N2, key, ALL)).isEmpty();
        for (NodeId home : NODES) {
            assertThat(cluster.stored(home, key)).isEmpty();
        }
    }
}
