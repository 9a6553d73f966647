package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Envelope;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who takes a request when nodes are down, silent or slow, and messages are lost, late or doubled. */
class RoutingShardTest {
    private static final RecordKey ALICE = key("alice");

    /** After this a home that has given no sign is not waited for alone. */
    private static final long PATIENCE = PaceSettings.DEFAULT.forwardCapNanos();

    private static final long TICKS = 10 * MILLI;

    private final TinyCluster cluster = new TinyCluster();

    /** A key of a bucket of n=1 that lives on the second node, so that the others only forward. */
    private RecordKey keyOn(NodeId home, int n) {
        for (int i = 0; ; i++) {
            RecordKey any = key("k" + i);
            ReplicaSetId set = new ReplicaSetId(n, any.set().partition());
            List<NodeId> homes = cluster.ring.preference(set.partition()).homes(n);
            if (homes.get(0).equals(home)) {
                return new RecordKey(set, any.token(), any.bucket(), any.generation(), any.key());
            }
        }
    }

    private List<NodeId> homes(RecordKey key) {
        return cluster.ring.preference(key.set().partition()).homes(key.set().n());
    }

    @Test
    void aNodeThatIsNoHomeForwardsAndNeverStores() {
        RecordKey key = keyOn(N2, 1);
        cluster.put(N1, key, 1, CausalContext.EMPTY, "v").written();
        assertThat(cluster.values(N3, key, 1)).containsExactly("v");
        assertThat(cluster.store(N1).commits()).isZero();
        assertThat(cluster.store(N3).commits()).isZero();
        assertThat(cluster.sent)
                .filteredOn(e -> e.is(PeerMessage.Forward.class))
                .hasSize(2);
    }

    @Test
    void withTheFirstHomeDownTheNextCoordinatesAtOnce() {
        RecordKey key = keyOn(N2, 2);
        NodeId second = homes(key).get(1);
        NodeId outsider =
                NODES.stream().filter(n -> !homes(key).contains(n)).findFirst().orElseThrow();
        cluster.down(N2);
        cluster.put(outsider, key, 1, CausalContext.EMPTY, "v").written();
        assertThat(cluster.stored(second, key)).containsExactly("v");
    }

    @Test
    void aHomeThatIsSilentIsReplacedWithinTheDeadlineAndTheWriteIsShownOnce() {
        RecordKey key = keyOn(N2, 2);
        NodeId second = homes(key).get(1);
        NodeId outsider =
                NODES.stream().filter(n -> !homes(key).contains(n)).findFirst().orElseThrow();
        // It takes the request, and its answers are lost.
        cluster.lose(envelope -> envelope.from().equals(N2));
        long started = cluster.now();
        cluster.put(outsider, key, 1, CausalContext.EMPTY, "v").written();
        assertThat(cluster.now() - started).isBetween(PATIENCE, PATIENCE + TICKS);
        assertThat(cluster.stored(second, key)).containsExactly("v");
        cluster.heal();
        cluster.run(8_000 * MILLI);
        KeyState both = cluster.get(second, key, 2).read().state();
        assertThat(both.shown()).hasSize(1);
        cluster.put(outsider, key, 2, both.context(), "over it").written();
        for (NodeId home : homes(key)) {
            assertThat(cluster.stored(home, key)).containsExactly("over it");
        }
    }

    @Test
    void aDeleteOfWhateverIsThereRemovesNothingThatWasWrittenAfterItsAnswer() {
        RecordKey key = keyOn(N2, 2);
        NodeId outsider =
                NODES.stream().filter(n -> !homes(key).contains(n)).findFirst().orElseThrow();
        cluster.put(outsider, key, 2, CausalContext.EMPTY, "before").written();
        cluster.latency(envelope -> MILLI);
        NodeId slow = homes(key).get(0);
        cluster.latency(envelope ->
                envelope.is(PeerMessage.Forward.class) && envelope.to().equals(slow) ? 700 * MILLI : MILLI);

        cluster.delete(outsider, key, 2, null).written();
        cluster.put(homes(key).get(1), key, 2, CausalContext.EMPTY, "after").written();
        cluster.run(1_500 * MILLI);

        assertThat(cluster.sent)
                .as("two homes were given the delete")
                .filteredOn(e -> e.is(PeerMessage.Forward.class)
                        && ((PeerMessage.Forward) e.message()).request() instanceof KeyRequest.Delete)
                .hasSize(2);
        assertThat(cluster.values(outsider, key, 2)).containsExactly("after");
    }

    @Test
    void aDeadHomeThatNobodyHasMissedYetCostsARequestTensOfMilliseconds() {
        RecordKey key = keyOn(N2, 2);
        NodeId outsider =
                NODES.stream().filter(n -> !homes(key).contains(n)).findFirst().orElseThrow();
        cluster.latency(envelope -> MILLI);
        for (int i = 0; i < 40; i++) {
            cluster.put(outsider, key, 1, CausalContext.EMPTY, "v" + i).written();
            cluster.get(outsider, key, 1).read();
        }
        cluster.lose(envelope -> envelope.to().equals(N2) || envelope.from().equals(N2));
        for (int i = 0; i < 40; i++) {
            TinyCluster.Call write = cluster.put(outsider, key, 1, CausalContext.EMPTY, "w" + i);
            write.written();
            assertThat(write.took()).isLessThan(40 * MILLI);
            TinyCluster.Call read = cluster.get(outsider, key, 1);
            read.read();
            assertThat(read.took()).isLessThan(40 * MILLI);
        }
        assertThat(cluster.count(Shard.Event.HEDGE_WON)).isPositive();
        assertThat(cluster.sent.stream()
                        .filter(e -> e.is(PeerMessage.Forward.class) && e.to().equals(N2))
                        .count())
                .as("after the first it is passed over")
                .isLessThan(90);
        cluster.heal();
        cluster.run(3_000 * MILLI);
        long before = forwardsTo(N2);
        for (int i = 0; i < 40; i++) {
            cluster.get(outsider, key, 1).read();
            cluster.run(50 * MILLI);
        }
        assertThat(forwardsTo(N2) - before).as("back in use").isPositive();
    }

    private long forwardsTo(NodeId home) {
        return cluster.sent.stream()
                .filter(e -> e.is(PeerMessage.Forward.class) && e.to().equals(home))
                .count();
    }

    @Test
    void aSlowLevelIsNoReasonToSendAKeyedWriteElsewhere() {
        RecordKey key = keyOn(N2, 2);
        NodeId second = homes(key).get(1);
        NodeId outsider =
                NODES.stream().filter(n -> !homes(key).contains(n)).findFirst().orElseThrow();
        cluster.latency(e -> e.from().equals(second) || e.to().equals(second) ? 150 * MILLI : MILLI);
        KeyRequest.RequestId id = new KeyRequest.RequestId(io.quorate.ring.bytes.Bytes.ofUtf8("once"), true);
        TinyCluster.Call slow = cluster.put(outsider, key, 2, CausalContext.EMPTY, "v", id);
        cluster.run(70 * MILLI);
        // A sign of life of the first home, about something else.
        cluster.put(outsider, key, 1, CausalContext.EMPTY, "other").written();
        slow.written();
        assertThat(cluster.sent)
                .filteredOn(e -> e.is(PeerMessage.Forward.class) && e.to().equals(second))
                .isEmpty();
    }

    @Test
    void aHomeThatDiesBeforeItTakesAForwardedPutIsReplacedAndOneDotIsLeft() {
        RecordKey key = keyOn(N2, 2);
        NodeId second = homes(key).get(1);
        NodeId outsider =
                NODES.stream().filter(n -> !homes(key).contains(n)).findFirst().orElseThrow();
        cluster.lose(envelope -> envelope.to().equals(N2));
        long started = cluster.now();
        cluster.put(outsider, key, 1, CausalContext.EMPTY, "v").written();
        assertThat(cluster.now() - started).isBetween(PATIENCE, PATIENCE + TICKS);
        cluster.heal();
        cluster.run(8_000 * MILLI);
        KeyReply.Explained explained =
                (KeyReply.Explained) cluster.submit(outsider, new KeyRequest.Explain(TinyCluster.address(key)))
                        .await();
        assertThat(explained.merged().dots()).hasSize(1);
        assertThat(explained.merged().dots().get(0).actor().node()).isEqualTo(second);
        assertThat(explained.repair()).isEmpty();
    }

    @Test
    void noHomeInReachIsUnavailableAtOnce() {
        RecordKey key = keyOn(N2, 1);
        cluster.down(N2);
        KeyReply.Refused refused =
                cluster.put(N1, key, 1, CausalContext.EMPTY, "v").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aLostWriteIsSentAgainUntilEveryHomeHasIt() {
        int[] dropped = {0};
        cluster.lose(envelope -> envelope.is(PeerMessage.Write.class) && dropped[0]++ < 5);
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        assertThat(dropped[0]).isGreaterThanOrEqualTo(5);
        for (NodeId node : NODES) {
            assertThat(cluster.stored(node, ALICE)).containsExactly("v");
        }
    }

    @Test
    void aWriteWithoutAcknowledgementsTimesOutAsMaybeAppliedAndMayAppearLater() {
        cluster.lose(envelope -> envelope.from().equals(N1));
        KeyReply.Refused refused =
                cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(refused.acked()).isEqualTo(1);
        cluster.heal();
        assertThat(cluster.values(N2, ALICE, 3)).containsExactly("v");
        assertThat(cluster.stored(N2, ALICE)).containsExactly("v");
    }

    @Test
    void everyMessageMayComeTwiceAndLate() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v1").written();
        CausalContext seen = cluster.get(N2, ALICE, 2).read().state().context();
        cluster.put(N2, ALICE, 3, seen, "v2").written();
        cluster.delete(N3, key("other"), 3, null).written();
        for (Envelope old : List.copyOf(cluster.sent)) {
            cluster.shard(old.to()).onMessage(old.from(), old.message(), cluster.now());
            cluster.settle();
        }
        for (NodeId node : NODES) {
            assertThat(cluster.stored(node, ALICE)).containsExactly("v2");
            assertThat(cluster.stored(node, key("other"))).isEmpty();
        }
    }
}
