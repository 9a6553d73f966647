package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.fixture.TinyCluster.Envelope;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads and writes while one home answers 200 ms later each way, with delays drawn from a seed and in virtual time. */
class SlowHomeTest {
    private static final int READS = 3_000;
    private static final long MEAN_WAY = MILLI;
    private static final long SLOW_WAY = 200 * MILLI;

    private final TinyCluster cluster = new TinyCluster();
    private RecordKey key = key("alice");
    private NodeId slow = N1;
    private boolean isSlow;

    /** The home that the first one asks in quiet times becomes slow: the worst choice. */
    @BeforeEach
    void choose() {
        for (int i = 0; ; i++) {
            key = key("k" + i);
            List<NodeId> homes = cluster.ring.preference(key.set().partition()).homes(3);
            if (homes.get(0).equals(N1)) {
                slow = homes.get(1);
                break;
            }
        }
        cluster.put(N1, key, 3, CausalContext.EMPTY, "v").written();
    }

    private void network(long seed) {
        Random random = new Random(seed);
        cluster.latency(envelope -> {
            long way = 50_000 + (long) (-Math.log(1 - random.nextDouble()) * MEAN_WAY);
            return isSlow && touches(envelope, slow) ? way + SLOW_WAY : way;
        });
    }

    private static boolean touches(Envelope envelope, NodeId node) {
        return envelope.from().equals(node) || envelope.to().equals(node);
    }

    private long asked(NodeId home) {
        return cluster.sent.stream()
                .filter(e -> e.is(PeerMessage.Read.class) && e.to().equals(home))
                .count();
    }

    private long asked() {
        return cluster.sent.stream().filter(e -> e.is(PeerMessage.Read.class)).count();
    }

    /** The 99th percentile of reads that come at random, about two each millisecond. */
    private long p99(int reads, int need, Random random) {
        List<Call> calls = new ArrayList<>();
        long at = cluster.now();
        for (int i = 0; i < reads; i++) {
            at += (long) (-Math.log(1 - random.nextDouble()) * MILLI / 2);
            cluster.runUntil(at);
            calls.add(cluster.get(N1, key, need));
        }
        cluster.runUntil(cluster.now() + TinyCluster.TIMEOUT);
        return calls.stream()
                .mapToLong(Call::took)
                .sorted()
                .skip(reads * 99L / 100)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSlowHomeNeitherSlowsQuorumReadsNorMakesManyMore(long seed) {
        network(seed);
        Random random = new Random(-seed);
        long healthy = p99(READS, 2, random);
        long before = asked();
        isSlow = true;
        long withSlow = p99(READS, 2, random);
        assertThat(withSlow).isLessThan(2 * healthy);
        assertThat(asked() - before).isLessThanOrEqualTo(READS + READS / 20);
    }

    @Test
    void aHomeThatIsQuickAgainIsUsedAgainWithinAboutASecond() {
        network(7);
        Random random = new Random(7);
        isSlow = true;
        p99(READS, 2, random);
        long before = asked(slow);
        p99(READS, 2, random);
        assertThat(asked(slow) - before).as("a probe each second").isBetween(1L, 5L);
        isSlow = false;
        p99(READS, 2, random);
        long between = asked(slow);
        p99(500, 2, random);
        assertThat(asked(slow) - between).isGreaterThan(400);
    }

    @Test
    void hedgesAreCountedAndHealthyReadsAreHedgedWithinTheBudget() {
        network(8);
        p99(READS, 2, new Random(8));
        long hedged = cluster.count(Shard.Event.HEDGE_WON) + cluster.count(Shard.Event.HEDGE_LOST);
        assertThat(asked()).as("and a probe now and then").isBetween(READS + hedged, READS + hedged + 10);
        assertThat(hedged).isBetween(1L, READS / 20L + PaceSettings.DEFAULT.hedgesSaved());
    }

    @Test
    void withNoBudgetLeftHedgesAreDeniedAndTheReadStillEndsWithAnotherHomeAfterAWhile() {
        cluster.lose(envelope -> envelope.to().equals(slow));
        for (int i = 0; i < PaceSettings.DEFAULT.hedgesSaved(); i++) {
            Call hedged = cluster.get(N1, key, 2);
            hedged.read();
            assertThat(hedged.took()).isLessThanOrEqualTo(PaceSettings.DEFAULT.hedgeCapNanos() + 5 * MILLI);
            cluster.forgetTimes();
        }
        Call call = cluster.get(N1, key, 2);
        call.read();
        assertThat(call.took()).isBetween(250 * MILLI, 265 * MILLI);
        assertThat(cluster.count(Shard.Event.HEDGE_DENIED)).isEqualTo(1);
    }

    @Test
    void aSlowHomeIsAskedWhereTheLevelNeedsIt() {
        network(9);
        isSlow = true;
        p99(READS, 2, new Random(9));
        Call all = cluster.get(N1, key, 3);
        cluster.runUntil(cluster.now() + TinyCluster.TIMEOUT);
        assertThat(all.read().reached().homes()).isEqualTo(3);
        assertThat(all.took()).isBetween(2 * SLOW_WAY, 2 * SLOW_WAY + 50 * MILLI);
    }

    @Test
    void aWriteIsAnsweredWhenItsLevelIsReachedAndNotWhenTheSlowHomeHasIt() {
        network(10);
        isSlow = true;
        List<Call> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add(cluster.put(N1, key("w" + i), 2, CausalContext.EMPTY, "v"));
            cluster.runUntil(cluster.now() + 5 * MILLI);
        }
        cluster.runUntil(cluster.now() + TinyCluster.TIMEOUT);
        for (int i = 0; i < writes.size(); i++) {
            List<NodeId> homes =
                    cluster.ring.preference(key("w" + i).set().partition()).homes(3);
            assertThat(homes).containsExactlyInAnyOrderElementsOf(NODES);
            writes.get(i).written();
            assertThat(writes.get(i).took()).isLessThan(30 * MILLI);
        }
    }
}
