package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.Version;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
    private static final RecordKey ALICE = key("alice");
    private static final RequestId REQUEST = new RequestId(Bytes.ofUtf8("order-17"), true);

    private final TinyCluster cluster = new TinyCluster();
    private final List<NodeId> homes =
            cluster.ring.preference(ALICE.set().partition()).homes(3);

    private List<Dot> dots() {
        return cluster.get(homes.get(0), ALICE, 3).read().state().dots();
    }

    @Test
    void aRetryThroughAnyNodeIsTheSameWrite() {
        CausalContext first = cluster.put(homes.get(0), ALICE, 2, CausalContext.EMPTY, "v", REQUEST)
                .written()
                .context();
        List<Dot> dots = dots();
        for (NodeId via : NODES) {
            KeyReply.WriteDone again = cluster.put(via, ALICE, 3, CausalContext.EMPTY, "v", REQUEST)
                    .written();
            assertThat(again.context()).isEqualTo(first);
            assertThat(again.reached().acked()).isEqualTo(3);
        }
        assertThat(dots()).isEqualTo(dots).hasSize(1);
    }

    @Test
    void aRetryIsAnsweredWithNothingThatItsWriterNeverSaw() {
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v", REQUEST).written();
        CausalContext sibling = cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "sibling")
                .written()
                .context();
        CausalContext again = cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v", REQUEST)
                .written()
                .context();
        assertThat(again.covers(sibling)).isFalse();
        cluster.put(homes.get(1), ALICE, 3, again, "goes on").written();
        assertThat(cluster.values(homes.get(2), ALICE, 3)).containsExactlyInAnyOrder("sibling", "goes on");
    }

    @Test
    void anotherBodyUnderTheSameKeyIsAConflict() {
        cluster.put(homes.get(0), ALICE, 2, CausalContext.EMPTY, "v", REQUEST).written();
        KeyReply.Refused refused = cluster.put(homes.get(1), ALICE, 2, CausalContext.EMPTY, "other", REQUEST)
                .refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.IDEMPOTENCY_CONFLICT);
        assertThat(cluster.values(homes.get(2), ALICE, 2)).containsExactly("v");
    }

    @Test
    void theSameIdempotencyKeyMayBeUsedForAnotherKey() {
        cluster.put(homes.get(0), ALICE, 2, CausalContext.EMPTY, "v", REQUEST).written();
        cluster.put(homes.get(0), key("bob"), 2, CausalContext.EMPTY, "other", REQUEST)
                .written();
        assertThat(cluster.values(homes.get(0), key("bob"), 2)).containsExactly("other");
    }

    @Test
    void aRetryAfterTheWriteWasOverwrittenBringsNothingBack() {
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v1", REQUEST).written();
        CausalContext seen = cluster.get(homes.get(1), ALICE, 2).read().state().context();
        cluster.put(homes.get(1), ALICE, 3, seen, "v2").written();
        for (NodeId via : NODES) {
            cluster.put(via, ALICE, 2, CausalContext.EMPTY, "v1", REQUEST).written();
            assertThat(cluster.values(via, ALICE, 3)).containsExactly("v2");
        }
        CausalContext seenLater =
                cluster.get(homes.get(1), ALICE, 2).read().state().context();
        cluster.delete(homes.get(1), ALICE, 3, seenLater).written();
        cluster.put(homes.get(2), ALICE, 2, CausalContext.EMPTY, "v1", REQUEST).written();
        assertThat(cluster.values(homes.get(2), ALICE, 3)).isEmpty();
    }

    @Test
    void aRetryOfATimedOutWriteBringsItToItsLevelUnderTheSameDot() {
        cluster.lose(envelope -> envelope.from().equals(homes.get(0)) && envelope.is(PeerMessage.Write.class));
        assertThat(cluster.put(homes.get(0), ALICE, 2, CausalContext.EMPTY, "v", REQUEST)
                        .refused()
                        .code())
                .isEqualTo(ErrorCode.TIMEOUT);
        cluster.heal();
        cluster.put(homes.get(1), ALICE, 3, CausalContext.EMPTY, "v", REQUEST).written();
        assertThat(dots()).hasSize(1);
    }

    @Test
    void aRetryByAnotherHomeWhileTheOneThatHoldsTheWriteAloneIsDownIsShownAsOneWrite() {
        NodeId alone = homes.get(0);
        cluster.lose(envelope -> envelope.from().equals(alone));
        assertThat(cluster.put(alone, ALICE, 2, CausalContext.EMPTY, "v", REQUEST)
                        .refused()
                        .outcome())
                .isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(cluster.stored(alone, ALICE)).containsExactly("v");
        assertThat(cluster.stored(homes.get(1), ALICE)).isEmpty();
        cluster.down(alone);
        cluster.heal();

        cluster.put(homes.get(1), ALICE, 2, CausalContext.EMPTY, "v", REQUEST).written();
        assertThat(cluster.stored(homes.get(2), ALICE)).containsExactly("v");

        cluster.up(alone);
        for (NodeId via : NODES) {
            List<Version> shown = cluster.get(via, ALICE, 3).read().state().shown();
            assertThat(shown).extracting(version -> version.value().toUtf8()).containsExactly("v");
        }
        CausalContext seen = cluster.get(homes.get(2), ALICE, 3).read().state().context();
        cluster.put(homes.get(1), ALICE, 3, seen, "over it").written();
        cluster.run(8_000 * MILLI);
        for (NodeId node : NODES) {
            assertThat(cluster.stored(node, ALICE)).containsExactly("over it");
        }
    }

    @Test
    void aRetryAfterARestartIsStillTheSameWrite() {
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v", REQUEST).written();
        cluster.restart(homes.get(0), true);
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v", REQUEST).written();
        assertThat(dots()).hasSize(1);
    }

    @Test
    void aHomeThatWasAwayAsksWhoeverStoodInForItBeforeItTakesARetryForNew() {
        cluster.down(homes.get(0));
        // Only the stand-in has the write: the third home does not hear of it.
        cluster.lose(envelope -> envelope.is(PeerMessage.Write.class));
        cluster.put(homes.get(1), ALICE, 1, CausalContext.EMPTY, "v", REQUEST).written();
        cluster.run(8_000 * MILLI);
        cluster.heal();
        cluster.up(homes.get(0));
        cluster.put(homes.get(2), ALICE, 3, CausalContext.EMPTY, "v", REQUEST).written();
        assertThat(cluster.sent).anyMatch(e -> e.is(PeerMessage.FindRequest.class) && e.to().equals(homes.get(1)));
        assertThat(dots()).hasSize(1);
    }

    @Test
    void aStandInThatDoesNotAnswerDelaysARetryAndDoesNotStopIt() {
        cluster.down(homes.get(0));
        cluster.put(homes.get(1), key("x"), 1, CausalContext.EMPTY, "v", REQUEST)
                .written();
        cluster.put(homes.get(1), ALICE, 1, CausalContext.EMPTY, "v", REQUEST).written();
        cluster.up(homes.get(0));
        cluster.lose(envelope -> envelope.is(PeerMessage.FindRequest.class));
        RequestId fresh = new RequestId(Bytes.ofUtf8("order-18"), true);
        cluster.put(homes.get(0), ALICE, 2, CausalContext.EMPTY, "w", fresh).written();
        assertThat(cluster.values(homes.get(0), ALICE, 3)).containsExactlyInAnyOrder("v", "w");
    }

    private static boolean isFirstCopy(TinyCluster.Envelope envelope) {
        return envelope.is(PeerMessage.Write.class);
    }

    private void copiesAreOfOneWrite() {
        cluster.heal();
        cluster.run(2_000 * MILLI);
        assertThat(cluster.sent.stream()
                        .filter(IdempotencyTest::isFirstCopy)
                        .map(envelope -> ((PeerMessage.Write) envelope.message())
                                .object()
                                .state()
                                .dots())
                        .distinct())
                .hasSize(1);
        assertThat(dots()).hasSize(1);
    }

    @Test
    void aHomeThatAKeyedWriteReachesLateAsksTheOneThatHasStoodInForIt() {
        cluster.latency(envelope -> envelope.is(PeerMessage.Forward.class) ? 600 * MILLI : 0);
        cluster.lose(IdempotencyTest::isFirstCopy);
        Call call = cluster.put(homes.get(1), ALICE, 1, CausalContext.EMPTY, "v", REQUEST);
        call.written();
        assertThat(cluster.stored(homes.get(1), ALICE)).containsExactly("v");
        cluster.run(1_000 * MILLI);

        copiesAreOfOneWrite();
    }

    @Test
    void aHomeThatWasHeldUpAsksWhetherAnotherHasStoodIn() {
        cluster.freeze(homes.get(0));
        cluster.lose(IdempotencyTest::isFirstCopy);
        cluster.put(homes.get(1), ALICE, 1, CausalContext.EMPTY, "v", REQUEST).written();
        assertThat(cluster.stored(homes.get(1), ALICE)).containsExactly("v");
        // The write reaches it before the question of the one that stood in.
        cluster.thaw(homes.get(0));

        copiesAreOfOneWrite();
    }

    @Test
    void twoHomesThatAreGivenOneKeyedWriteAtOnceMakeItOnce() {
        RecordKey other = IntStream.range(0, 1_000)
                .mapToObj(i -> key("x" + i))
                .filter(key ->
                        cluster.ring.preference(key.set().partition()).homes(3).equals(homes))
                .findFirst()
                .orElseThrow();
        cluster.down(homes.get(0));
        cluster.put(homes.get(1), other, 1, CausalContext.EMPTY, "v", REQUEST).written();
        cluster.up(homes.get(0));
        cluster.run(2_000 * MILLI);
        cluster.sent.clear();
        cluster.lose(IdempotencyTest::isFirstCopy);
        cluster.latency(envelope -> 20 * MILLI);
        KeyRequest.Put put = new KeyRequest.Put(
                TinyCluster.address(ALICE), 1, CausalContext.EMPTY, Bytes.ofUtf8("v"), "text/plain", REQUEST);

        Call atFirst = cluster.submit(homes.get(0), put);
        cluster.shard(homes.get(1)).onMessage(homes.get(2), new PeerMessage.Forward(1, put, 2_000, 1), cluster.now());
        cluster.run(200 * MILLI);

        atFirst.written();
        assertThat(cluster.sent)
                .as("each asks the other")
                .filteredOn(envelope -> envelope.is(PeerMessage.FindRequest.class))
                .hasSizeGreaterThanOrEqualTo(2);
        copiesAreOfOneWrite();
    }

    @Test
    void aDeleteCanBeRepeatedToo() {
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v").written();
        CausalContext seen = cluster.get(homes.get(1), ALICE, 2).read().state().context();
        KeyRequest delete = new KeyRequest.Delete(TinyCluster.address(ALICE), 2, seen, REQUEST);
        cluster.submit(homes.get(0), delete).written();
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "new").written();
        cluster.submit(homes.get(1), delete).written();
        assertThat(cluster.values(homes.get(2), ALICE, 3)).containsExactly("new");
    }

    @Test
    void aRequestIsForgottenAfterTwentyMinutes() {
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "v", REQUEST).written();
        cluster.passWallMillis(20 * 60_000L);
        cluster.put(homes.get(0), ALICE, 3, CausalContext.EMPTY, "other", REQUEST)
                .written();
        assertThat(dots()).hasSize(2);
    }
}
