package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets in which the last writer wins, with clocks right and wrong. */
@Tag("V6")
class LastWriterWinsTest {
    private static final RecordKey ALICE = key("alice");
    private static final long TEN_MINUTES = 600_000;
    private static final long TEN_YEARS = 315_576_000_000L;

    private final TinyCluster cluster = new TinyCluster();
    private int requests;

    private static KeyAddress address(RecordKey key) {
        return new KeyAddress(key, ReadRepair.BLOCKING, 100, Conflicts.LWW);
    }

    private RequestId request() {
        return new RequestId(Bytes.ofUtf8("r" + requests++), false);
    }

    private Call putting(NodeId via, int need, CausalContext seen, String value) {
        return cluster.submit(
                via, new KeyRequest.Put(address(ALICE), need, seen, Bytes.ofUtf8(value), "text/plain", request()));
    }

    private CausalContext put(NodeId via, int need, CausalContext seen, String value) {
        return putting(via, need, seen, value).written().context();
    }

    private CausalContext put(NodeId via, String value) {
        return put(via, 2, CausalContext.EMPTY, value);
    }

    private CausalContext delete(NodeId via, int need, @Nullable CausalContext seen) {
        return cluster.submit(via, new KeyRequest.Delete(address(ALICE), need, seen, request()))
                .written()
                .context();
    }

    private KeyReply.ReadDone get(NodeId via, int need) {
        return cluster.submit(via, new KeyRequest.Get(address(ALICE), need)).read();
    }

    private List<String> values(NodeId via) {
        return ReplicaRig.values(get(via, 2).state());
    }

    private void cut(NodeId alone) {
        cluster.lose(sent -> sent.from().equals(alone) || sent.to().equals(alone));
    }

    private void mend() {
        cluster.heal();
        cluster.run(500 * TinyCluster.MILLI);
    }

    /** The same value at every node, also when one home had to be repaired. */
    private void assertShown(String... values) {
        for (NodeId via : NODES) {
            assertThat(values(via)).as("at %s", via).containsExactly(values);
        }
    }

    @Test
    void concurrentWritesAreShownAsOneAndTheOthersStayUntilAWriteCoversThem() {
        cut(N3);
        put(N3, 1, CausalContext.EMPTY, "lonely");
        put(N1, "both");
        mend();
        KeyReply.ReadDone shown = get(N1, 3);
        assertThat(shown.state().versions()).hasSize(1);
        assertThat(shown.reached().siblings()).isEqualTo(1);
        assertThat(cluster.stored(N1, ALICE)).as("the loser is kept").hasSize(2);
        put(N2, 3, shown.state().context(), "next");
        for (NodeId home : NODES) {
            assertThat(cluster.stored(home, ALICE)).containsExactly("next");
        }
    }

    @Test
    void aKeyThatIsGoneIsShownAsNone() {
        put(N1, "v");
        delete(N2, 2, null);
        assertThat(get(N3, 2).reached().siblings()).isZero();
        assertShown();
        assertThat(cluster.shard(N1).counts().versions()).isZero();
    }

    @Test
    void blindWritersNeverMeetTheLimitOfSiblings() {
        for (int i = 0; i < 150; i++) {
            put(NODES.get(i % 3), "v" + i);
        }
        assertShown("v149");
        assertThat(cluster.stored(N1, ALICE)).hasSize(1);
    }

    /** Clocks 20 minutes apart as the nodes know them, or nearly two within what they bear with. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWriteThatStartsAfterAnotherWasAcknowledgedAndReadWinsThoughItsClockIsFarBehind(boolean heard) {
        if (heard) {
            cluster.setClock(N1, TEN_MINUTES);
            cluster.setClock(N2, -TEN_MINUTES);
        } else {
            cluster.setClockUnheard(N1, 55_000);
            cluster.setClockUnheard(N2, -55_000);
        }
        cut(N2);
        put(N1, 2, CausalContext.EMPTY, "first");
        CausalContext read = get(N3, 2).state().context();
        cluster.heal();
        // N2 has never heard of the first write: only the context tells it.
        put(N2, 2, read, "second");
        assertShown("second");
    }

    @Test
    void aBlindWriteThroughAHomeThatTookTheEarlierOneWinsThoughItsClockIsBehind() {
        cluster.setClockUnheard(N1, 55_000);
        cluster.setClockUnheard(N2, -55_000);
        put(N1, 3, CausalContext.EMPTY, "first");
        put(N2, "second");
        assertShown("second");
    }

    @Test
    void blindWritesThroughHomesThatKnowNothingOfEachOtherFollowTheAgreedClockAndNotTheirWrongOnes() {
        cluster.setClock(N1, TEN_MINUTES);
        cluster.setClock(N2, -TEN_MINUTES);
        cut(N2);
        put(N1, 2, CausalContext.EMPTY, "first");
        cluster.run(5_000 * TinyCluster.MILLI);
        put(N2, 1, CausalContext.EMPTY, "second");
        mend();
        assertShown("second");
    }

    @Test
    void aDeleteRemovesWhatItsHomeHoldsThoughItsWriterNeverSawIt() {
        CausalContext first = put(N1, "first");
        put(N2, 3, CausalContext.EMPTY, "second");
        delete(N3, 2, first);
        assertShown();
    }

    @Test
    void aPutThatNoHomeOfTheDeleteHeldSurvivesIt() {
        put(N1, 3, CausalContext.EMPTY, "old");
        cut(N3);
        put(N3, 1, CausalContext.EMPTY, "apart");
        delete(N1, 2, null);
        mend();
        assertShown("apart");
    }

    @Test
    void aWriteAfterADeleteExceedsTheTimeOfTheDeleteThoughNothingIsLeftOfIt() {
        cluster.setClockUnheard(N1, 55_000);
        cluster.setClockUnheard(N2, -55_000);
        put(N1, 3, CausalContext.EMPTY, "first");
        CausalContext deleted = delete(N1, 3, null);
        KeyReply.ReadDone gone = get(N2, 2);
        assertThat(gone.state().context().time()).isGreaterThanOrEqualTo(deleted.time());
        assertThat(put(N2, 2, gone.state().context(), "again").time()).isGreaterThan(deleted.time());
        assertThat(put(N2, "blind").time()).isGreaterThan(deleted.time());
    }

    @Test
    void theTimeOfADeleteSurvivesARestart() {
        cluster.setClockUnheard(N1, 55_000);
        put(N1, 3, CausalContext.EMPTY, "first");
        HybridTime deleted = delete(N1, 3, null).time();
        cluster.setClockUnheard(N1, -55_000);
        cluster.restart(N1, true);
        assertThat(put(N1, "after").time()).isGreaterThan(deleted);
    }

    @Test
    void aContextFromTheFarFutureIsRefusedAndNothingIsWritten() {
        CausalContext crazy = CausalContext.EMPTY.atLeast(HybridTime.ofMillis(cluster.wallMillis() + TEN_MINUTES));
        KeyReply.Refused refused = putting(N1, 2, crazy, "v").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_CONTEXT);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused.detail()).contains("60000 ms ahead");
        assertShown();
        put(N1, 2, CausalContext.EMPTY.atLeast(HybridTime.ofMillis(cluster.wallMillis() + 59_000)), "v");
    }

    @Test
    void aNodeTenYearsAheadStampsByTheOthersClocksAndAllGoesOnWhenItIsBack() {
        cluster.setClock(N1, TEN_YEARS);
        HybridTime during = put(N1, 3, CausalContext.EMPTY, "during").time();
        assertThat(during.millis()).isBetween(cluster.wallMillis() - 1000, cluster.wallMillis() + 60_000);
        assertShown("during");
        cluster.setClock(N1, 0);
        put(N2, "after");
        assertShown("after");
    }

    @Test
    void aNodeTenYearsAheadIsNotBelievedBeforeItsPeersHaveHeardOfIt() {
        cluster.setClockUnheard(N1, TEN_YEARS);
        assertThat(put(N1, 3, CausalContext.EMPTY, "v").time().millis()).isLessThan(cluster.wallMillis() + 60_000);
    }

    @Test
    void aNodeThatHasHeardNobodySinceItsStartCountsOnFromWhatItKnows() {
        HybridTime before = put(N1, 3, CausalContext.EMPTY, "before").time();
        cluster.setClockUnheard(N1, TEN_YEARS);
        cluster.restartAlone(N1);
        HybridTime alone = put(N1, 1, CausalContext.EMPTY, "alone").time();
        assertThat(alone).isEqualTo(before.next());
        cluster.announce();
        assertShown("alone");
    }

    /** It got in by a program that stamps as it likes: stored data is never refused, but it goes no further than its key. */
    @Test
    void aStampFromTheFarFutureMovesNoOtherKey() {
        HybridTime crazy = HybridTime.ofMillis(cluster.wallMillis() + TEN_YEARS);
        int partition = ALICE.set().partition();
        Version version = new Version(
                TestKeys.dot("n2", partition, 99, 1), Bytes.ofUtf8("crazy"), "t", 0, Bytes.ofUtf8("id"), crazy);
        VersionedObject object = VersionRules.STANDARD.put(CausalContext.EMPTY.atLeast(crazy), version);
        cluster.shard(N1)
                .onMessage(N2, new PeerMessage.Write(1, ALICE, object, Origin.NEW, null, 100, 1), cluster.now());
        cluster.settle();
        RecordKey other = TestKeys.keyIn(partition, 0);
        HybridTime sane = cluster.submit(
                        N1,
                        new KeyRequest.Put(
                                address(other), 3, CausalContext.EMPTY, Bytes.ofUtf8("v"), "text/plain", request()))
                .written()
                .context()
                .time();
        assertThat(sane.millis()).isLessThan(cluster.wallMillis() + 60_000);
        assertThat(put(N2, 3, get(N2, 3).state().context(), "over it").time()).isGreaterThan(crazy);
        assertShown("over it");
        HybridTime deleted = delete(N3, 3, null).time();
        assertThat(put(N1, "after the delete").time())
                .as("remembered with the key")
                .isGreaterThan(deleted);
    }

    @Test
    void aRetryIsTheSameWriteWithTheSameStamp() {
        RequestId id = new RequestId(Bytes.ofUtf8("order-17"), true);
        KeyRequest put =
                new KeyRequest.Put(address(ALICE), 2, CausalContext.EMPTY, Bytes.ofUtf8("v"), "text/plain", id);
        CausalContext first = cluster.submit(N1, put).written().context();
        cluster.run(50 * TinyCluster.MILLI);
        put(N2, "later");
        CausalContext again = cluster.submit(N3, put).written().context();
        assertThat(again).isEqualTo(first);
        assertShown("later");
    }

    @Test
    void siblingsOfABucketThatHasBecomeLastWriterWinsAreOlderThanAnyStampedWrite() {
        cut(N3);
        cluster.put(N3, ALICE, 1, CausalContext.EMPTY, "apart").written();
        cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "together").written();
        mend();
        assertThat(cluster.values(N1, ALICE, 3)).hasSize(2);
        assertThat(get(N2, 3).state().versions()).hasSize(1);
        put(N2, "stamped");
        assertShown("stamped");
    }

    @Test
    void aBucketThatHasBecomeOneOfSiblingsShowsAllThatIsLive() {
        cut(N3);
        put(N3, 1, CausalContext.EMPTY, "apart");
        put(N1, "together");
        mend();
        KeyState all = cluster.get(N1, ALICE, 3).read().state();
        assertThat(ReplicaRig.values(all)).containsExactlyInAnyOrder("apart", "together");
        assertThat(all.context().time()).as("tokens of siblings bear no time").isEqualTo(HybridTime.NONE);
    }

    @Test
    void clocksMeanNothingToABucketOfSiblings() {
        cluster.setClock(N1, TEN_YEARS);
        CausalContext first = cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "first")
                .written()
                .context();
        cluster.setClock(N1, 0);
        cluster.put(N2, ALICE, 2, first, "second").written();
        assertThat(cluster.values(N3, ALICE, 2)).containsExactly("second");
    }

    @Test
    void explainTellsTheStampOfEachVersion() {
        HybridTime stamp = put(N1, 3, CausalContext.EMPTY, "v").time();
        KeyReply.Explained explained = (KeyReply.Explained)
                cluster.submit(N2, new KeyRequest.Explain(address(ALICE))).await();
        assertThat(explained.replicas())
                .hasSize(3)
                .allSatisfy(replica -> assertThat(replica.stamps()).containsExactly(stamp));
    }

    @Test
    void stampsTravelInTheWritesThemselves() {
        put(N1, "v");
        assertThat(cluster.sent)
                .filteredOn(sent -> sent.message() instanceof PeerMessage.Write)
                .isNotEmpty()
                .allSatisfy(sent -> assertThat(((PeerMessage.Write) sent.message())
                                .object()
                                .state()
                                .time()
                                .isNone())
                        .isFalse());
    }
}
