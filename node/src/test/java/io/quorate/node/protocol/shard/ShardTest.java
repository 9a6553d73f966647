package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.ReplicaRig.only;
import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {
    private static final RecordKey ALICE = key("alice");

    private static final long TICKS = 10 * MILLI;

    private final TinyCluster cluster = new TinyCluster();

    @Test
    void whatOneNodeTookEveryNodeReadsBack() {
        for (NodeId via : NODES) {
            RecordKey key = key("written via " + via);
            cluster.put(via, key, 2, CausalContext.EMPTY, "v").written();
            for (NodeId reader : NODES) {
                assertThat(cluster.values(reader, key, 2)).containsExactly("v");
            }
            for (NodeId home : NODES) {
                assertThat(cluster.stored(home, key)).containsExactly("v");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"n1", "n2", "n3"})
    void aQuorumWriteIsReadThroughAnyOtherNodeWithAnyOneDown(String down) {
        NodeId off = NodeId.of(down);
        cluster.down(off);
        List<NodeId> left = NODES.stream().filter(node -> !node.equals(off)).toList();
        cluster.put(left.get(0), ALICE, 2, CausalContext.EMPTY, "v").written();
        assertThat(cluster.values(left.get(1), ALICE, 2)).containsExactly("v");
        cluster.up(off);
        cluster.down(left.get(0));
        assertThat(cluster.values(off, ALICE, 2)).containsExactly("v");
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 1", "1, 2", "2, 0", "2, 1", "2, 2", "3, 0", "3, 1", "3, 2"})
    void aLevelIsMetOrUnavailableExactlyAsArithmeticSays(int need, int dead) {
        cluster.down(NODES.subList(3 - dead, 3).toArray(NodeId[]::new));
        Call put = cluster.put(N1, ALICE, need, CausalContext.EMPTY, "v");
        Call get = cluster.get(N1, ALICE, need);
        if (3 - dead >= need) {
            assertThat(put.written().reached().acked()).isGreaterThanOrEqualTo(need);
            assertThat(get.read().reached().acked()).isGreaterThanOrEqualTo(need);
            return;
        }
        for (Call call : List.of(put, get)) {
            assertThat(call.now()).as("at once").isInstanceOf(KeyReply.Refused.class);
            assertThat(call.refused().code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(call.refused().outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(call.refused().replicas()).hasSize(dead);
        }
        assertThat(cluster.sent).isEmpty();
        assertThat(cluster.store(N1).commits()).as("nothing is left behind").isZero();
    }

    @Test
    void aWriteAnswersWithItsOwnContextAndTheNewDotBesideIt() {
        CausalContext first =
                cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "a").written().context();
        assertThat(cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "b")
                        .written()
                        .context()
                        .covers(first))
                .as("the second writer was not shown the first")
                .isFalse();
        CausalContext read = cluster.get(N1, ALICE, 2).read().state().context();
        assertThat(read.covers(first)).isTrue();
    }

    @Test
    void twoWritersEachGoingOnFromTheirOwnAnswersKeepBothLines() {
        CausalContext one = CausalContext.EMPTY;
        CausalContext two = CausalContext.EMPTY;
        for (int i = 0; i < 20; i++) {
            one = cluster.put(N1, ALICE, 2, one, "one " + i).written().context();
            two = cluster.put(i % 2 == 0 ? N1 : N2, ALICE, 2, two, "two " + i)
                    .written()
                    .context();
            assertThat(cluster.values(N3, ALICE, 2)).containsExactlyInAnyOrder("one " + i, "two " + i);
        }
    }

    @Test
    void aDeletedKeyIsAbsentAndItsContextTellsItFromOneNeverWritten() {
        KeyState neverWritten = cluster.get(N3, ALICE, 1).read().state();
        assertThat(neverWritten.isEmpty()).as("neither versions nor a context").isTrue();
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        CausalContext seen = cluster.get(N2, ALICE, 2).read().state().context();
        cluster.delete(N2, ALICE, 3, seen).written();
        assertThat(cluster.values(N3, ALICE, 2)).isEmpty();
        for (NodeId node : NODES) {
            KeyState gone = cluster.get(node, ALICE, 1).read().state();
            assertThat(gone.versions()).isEmpty();
            assertThat(gone.context().covers(seen)).as("what %s says", node).isTrue();
        }
        assertThat(neverWritten.context().covers(seen)).isFalse();
    }

    @Test
    void aKeyDeletedAtEveryHomeLeavesNothingOfItAnywhere() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        NODES.forEach(node -> assertThat(leafOfAlice(node)).isNotEqualTo(LeafTable.Sum.ZERO));
        cluster.delete(N2, ALICE, 3, null).written();
        assertNothingOfAliceIsLeft();
    }

    @Test
    void aKeyPutAndDeletedAThousandTimesByAllHomesLeavesNoMoreThanTheirNames() {
        for (int i = 0; i < 1_000; i++) {
            cluster.put(NODES.get(i % 3), ALICE, 3, CausalContext.EMPTY, "v" + i)
                    .written();
            CausalContext seen =
                    cluster.get(NODES.get((i + 1) % 3), ALICE, 2).read().state().context();
            cluster.delete(NODES.get((i + 2) % 3), ALICE, 3, i % 2 == 0 ? seen : null)
                    .written();
            cluster.run(5 * MILLI);
        }
        assertNothingOfAliceIsLeft();
        for (NodeId node : NODES) {
            CausalContext context = cluster.get(node, ALICE, 1).read().state().context();
            assertThat(context.vector().size()).isEqualTo(3);
            assertThat(context.dots()).isEmpty();
            Commit.Header header =
                    Objects.requireNonNull(cluster.store(node).open(ALICE.set()).header());
            assertThat(header.clock().length()).isLessThan(100);
        }
    }

    private void assertNothingOfAliceIsLeft() {
        cluster.run(100 * MILLI);
        for (NodeId node : NODES) {
            PartitionStore disk = cluster.store(node);
            assertThat(disk.keysOf(ALICE.set(), TestKeys.BUCKET, 1, 10)).isEmpty();
            assertThat(disk.open(ALICE.set()).remnants()).isEmpty();
            assertThat(leafOfAlice(node)).isEqualTo(LeafTable.Sum.ZERO);
            assertThat(cluster.shard(node).counts()).isEqualTo(new Shard.Counts(0, 0, 0));
        }
    }

    private LeafTable.Sum leafOfAlice(NodeId node) {
        int leaf = cluster.shard(node).replica(ALICE.set()).leafOf(ALICE);
        return cluster.store(node).open(ALICE.set()).leaves().get(leaf);
    }

    @Test
    @Tag("V4")
    void aDeleteWithoutContextRemovesWhatAReadAtItsLevelSeesAndNothingElse() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "seen").written();
        cluster.lose(envelope -> envelope.from().equals(N3));
        cluster.put(N3, ALICE, 1, CausalContext.EMPTY, "unseen").written();
        cluster.run(8_000 * MILLI);
        cluster.heal();
        cluster.lose(
                envelope -> envelope.is(PeerMessage.Read.class) && envelope.to().equals(N3));
        cluster.delete(N1, ALICE, 2, null).written();
        cluster.heal();
        assertThat(cluster.values(N1, ALICE, 3)).containsExactly("unseen");
    }

    @Test
    void aContextThatClaimsWhatWasNeverWrittenIsRefused() {
        cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v").written();
        Dot never = new Dot(cluster.shard(N1).replica(ALICE.set()).actor(), 1_000);
        KeyReply.Refused refused =
                cluster.put(N1, ALICE, 2, only(never), "from the future").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_CONTEXT);
        assertThat(cluster.values(N1, ALICE, 2)).containsExactly("v");
    }

    @Test
    void tooManySiblingsAreRefusedWithTheContextThatResolvesThem() {
        for (int i = 0; i < 100; i++) {
            assertThat(cluster.warnings).as("before sibling %d", i + 1).hasSize(i < 25 ? 0 : 1);
            cluster.put(NODES.get(i % 3), ALICE, 2, CausalContext.EMPTY, "v" + i)
                    .written();
        }
        assertThat(cluster.warnings.get(0)).contains("25 siblings", "bucket carts");
        KeyReply.Refused refused =
                cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "one more").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.TOO_MANY_SIBLINGS);
        CausalContext context = Objects.requireNonNull(refused.context());
        assertThat(cluster.values(N2, ALICE, 2)).hasSize(100);
        cluster.put(N1, ALICE, 3, context, "resolved").written();
        assertThat(cluster.values(N2, ALICE, 2)).containsExactly("resolved");
    }

    @Test
    void explainShowsEveryHomeAndWhatAReadWouldRepairAndChangesNothing() {
        cluster.down(N3);
        cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v").written();
        cluster.run(8_000 * MILLI);
        cluster.up(N3);
        cluster.down(N2);
        int commits = cluster.store(N3).commits();
        KeyReply.Explained explained =
                (KeyReply.Explained) cluster.submit(N1, new KeyRequest.Explain(TinyCluster.address(ALICE)))
                        .await();
        assertThat(explained.replicas())
                .extracting(line -> line.node() + " " + line.result())
                .containsExactlyInAnyOrder("n1 value", "n2 unreachable", "n3 absent");
        assertThat(explained.repair()).containsExactly(N3);
        assertThat(cluster.store(N3).commits()).isEqualTo(commits);
    }

    @Test
    void aReadOfReplicasThatAgreeWritesNothing() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        List<Integer> before =
                NODES.stream().map(n -> cluster.store(n).commits()).toList();
        for (int i = 0; i < 20; i++) {
            cluster.get(NODES.get(i % 3), ALICE, 1 + i % 3).read();
        }
        assertThat(NODES.stream().map(n -> cluster.store(n).commits()).toList()).isEqualTo(before);
    }

    @Test
    void aReadWithoutReadRepairMergesWhatItFindsAndWritesNothing() {
        cluster.down(N3);
        cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "left").written();
        cluster.run(8_000 * MILLI);
        cluster.up(N3);
        cluster.lose(envelope -> envelope.from().equals(N3));
        cluster.put(N3, ALICE, 1, CausalContext.EMPTY, "right").written();
        cluster.run(8_000 * MILLI);
        cluster.heal();
        List<Integer> before =
                NODES.stream().map(n -> cluster.store(n).commits()).toList();
        cluster.sent.clear();
        for (NodeId via : NODES) {
            KeyReply.ReadDone done = cluster.submit(
                            via, new KeyRequest.Get(new KeyAddress(ALICE, ReadRepair.NONE, 100, Conflicts.SIBLINGS), 3))
                    .read();
            assertThat(ReplicaRig.values(done.state())).containsExactlyInAnyOrder("left", "right");
            assertThat(done.reached().repaired()).isZero();
        }
        cluster.run(8_000 * MILLI);
        assertThat(cluster.sent).noneMatch(envelope -> envelope.is(PeerMessage.Write.class));
        assertThat(NODES.stream().map(n -> cluster.store(n).commits()).toList()).isEqualTo(before);
        assertThat(cluster.stored(N1, ALICE)).containsExactly("left");
        assertThat(cluster.stored(N3, ALICE)).containsExactly("right");
    }

    @Test
    void anUncontactedHomeStaysStaleUntilAReadContactsIt() {
        cluster.down(N3);
        cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v").written();
        cluster.run(8_000 * MILLI);
        cluster.up(N3);
        List<NodeId> others = List.of(N1, N2);
        assertThat(cluster.values(others.get(0), ALICE, 1)).containsExactly("v");
        assertThat(cluster.stored(N3, ALICE)).isEmpty();
        assertThat(cluster.get(N3, ALICE, 2).read().reached().repaired()).isEqualTo(1);
        assertThat(cluster.stored(N3, ALICE)).containsExactly("v");
    }

    @Test
    void aContextThatClaimsWhatTwoOtherHomesNeverWroteIsRefusedOnceAndNothingIsWritten() {
        cluster.put(N2, ALICE, 3, CausalContext.EMPTY, "b").written();
        cluster.put(N3, ALICE, 3, CausalContext.EMPTY, "c").written();
        VersionVector forged = VersionVector.EMPTY
                .with(cluster.shard(N2).replica(ALICE.set()).actor(), 9)
                .with(cluster.shard(N3).replica(ALICE.set()).actor(), 9);
        KeyReply.Refused refused =
                cluster.put(N1, ALICE, 2, CausalContext.of(forged), "forged").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_CONTEXT);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        cluster.run(1_000 * MILLI);
        assertThat(cluster.shard(N1).inFlight()).isZero();
        assertThat(cluster.values(N1, ALICE, 3)).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void withAHomeDownAnsweredWritesAreNoRequestsInFlight() {
        cluster.down(N3);
        for (int i = 0; i < 300; i++) {
            cluster.put(N1, key("k" + i), 2, CausalContext.EMPTY, "v").written();
        }
        cluster.run(2 * TICKS);
        assertThat(cluster.shard(N1).inFlight()).isZero();
        assertThat(cluster.shard(N1).goingOn()).as("they wait for n3").isPositive();
        cluster.up(N3);
        cluster.run(1_000 * MILLI);
        assertThat(cluster.shard(N1).goingOn()).isZero();
        assertThat(cluster.stored(N3, key("k299"))).containsExactly("v");
    }

    @Test
    void aMessageOfAnotherRingIsUndecodableAndHarmsNothing() {
        RecordKey far = new RecordKey(new ReplicaSetId(3, 60_000), 1, "carts", 1, ALICE.key());
        RecordKey wide = new RecordKey(
                new ReplicaSetId(9, ALICE.set().partition()), ALICE.token(), ALICE.bucket(), 1, ALICE.key());
        for (RecordKey key : List.of(far, wide)) {
            PeerMessage.Read read = new PeerMessage.Read(1, key, PeerMessage.Want.STATE, 100, 1);
            assertThatThrownBy(() -> cluster.shard(N1).onMessage(N2, read, cluster.now()))
                    .isInstanceOf(DecodeException.class);
        }
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
    }

    @Test
    void whatIsInFlightWhenANodeEndsIsAnsweredOnce() {
        cluster.lose(envelope -> true);
        Call put = cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v");
        Call get = cluster.get(N1, key("other"), 2);
        cluster.shard(N1).abandon();
        // At once: no time passes here any more.
        assertThat(put.now()).isEqualTo(Shard.abandoned(true));
        assertThat(get.now()).isEqualTo(Shard.abandoned(false));
        assertThat(cluster.shard(N1).inFlight()).isZero();
    }

    @Test
    void moreRequestsThanTheLimitAreRefusedAsOverloadedAndNotApplied() {
        cluster.lose(envelope -> true);
        KeyReply last = null;
        for (int i = 0; i < 101; i++) {
            last = cluster.put(N1, key("k" + i), 2, CausalContext.EMPTY, "v").now();
        }
        assertThat(last).isInstanceOfSatisfying(KeyReply.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        });
        cluster.run(8_000 * MILLI);
        assertThat(cluster.shard(N1).inFlight()).as("nothing is kept for ever").isZero();
        assertThat(cluster.shard(N1).idle()).isTrue();
    }

    @Test
    void aDeletedBucketIsRefusedPurgedAndSeesNothingOfTheNextOne() {
        for (int i = 0; i < 30; i++) {
            cluster.put(N1, key("k" + i), 3, CausalContext.EMPTY, "old").written();
        }
        NODES.forEach(node -> cluster.shard(node).onBucketsGone(ImmutableMap.of(TestKeys.BUCKET, 1)));
        assertThat(cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v").refused().code())
                .isEqualTo(ErrorCode.NO_SUCH_BUCKET);
        assertThat(cluster.get(N1, ALICE, 1).refused().code()).isEqualTo(ErrorCode.NO_SUCH_BUCKET);
        cluster.run(1_000 * MILLI);
        for (NodeId node : NODES) {
            for (ReplicaSetId set : cluster.store(node).replicaSets()) {
                assertThat(cluster.store(node).keysOf(set, TestKeys.BUCKET, 1, 100))
                        .isEmpty();
            }
            assertThat(cluster.shard(node).counts().keys()).isZero();
        }
        RecordKey again = key(TestKeys.BUCKET, 2, key("k1").key());
        assertThat(cluster.values(N1, again, 2)).isEmpty();
        cluster.put(N1, again, 2, CausalContext.EMPTY, "new").written();
        assertThat(cluster.values(N2, again, 2)).containsExactly("new");
    }

    @Test
    void aHomeThatHasNotHeardOfTheDeleteYetCannotBringTheBucketBack() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        cluster.shard(N2).onBucketsGone(ImmutableMap.of(TestKeys.BUCKET, 1));
        cluster.run(500 * MILLI);
        cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v2").written();
        cluster.run(8_000 * MILLI);
        assertThat(cluster.store(N2).keysOf(ALICE.set(), TestKeys.BUCKET, 1, 10))
                .isEmpty();
    }

    @Test
    void aStartThatCannotTrustItsDiskEndsTheActorsOfAllItsReplicas() {
        for (int i = 0; i < 30; i++) {
            cluster.put(N1, key("k" + i), 3, CausalContext.EMPTY, "v").written();
        }
        List<ReplicaSetId> sets = cluster.store(N1).replicaSets();
        assertThat(sets).hasSizeGreaterThan(3);
        List<Long> before = sets.stream().map(this::incarnation).toList();
        cluster.restart(N1, true);
        assertThat(sets.stream().map(this::incarnation).toList()).isEqualTo(before);
        cluster.restart(N1, false);
        assertThat(sets.stream().map(this::incarnation).toList()).doesNotContainAnyElementsOf(before);
    }

    private long incarnation(ReplicaSetId set) {
        var header = cluster.store(N1).open(set).header();
        return header == null ? 0 : header.incarnation();
    }
}
