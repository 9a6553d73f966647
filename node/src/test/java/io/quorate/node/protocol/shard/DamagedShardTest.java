package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.fixture.TinyCluster.Envelope;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a home owes the others when its disk lies, forgets or fails. */
class DamagedShardTest {
    private static final RecordKey ALICE = key("alice");

    private final TinyCluster cluster = new TinyCluster();

    @Test
    void aHomeWithADamagedRecordIsReplacedReportedAndHealed() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        cluster.store(N1).corrupt(ALICE);
        assertThat(cluster.values(N1, ALICE, 2)).containsExactly("v");
        assertThat(cluster.damage).anyMatch(line -> line.startsWith("n1: ") && line.contains("carts"));
        cluster.run(100 * MILLI);
        assertThat(cluster.stored(N1, ALICE)).containsExactly("v");
        assertThat(cluster.shard(N1).replica(ALICE.set()).readProved(ALICE)).isNotNull();
    }

    @Test
    void aDamagedRecordIsHealedOnlyFromAllOtherHomes() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        cluster.store(N1).corrupt(ALICE);
        cluster.down(N3);
        int commits = cluster.store(N1).commits();
        assertThat(cluster.values(N1, ALICE, 1)).containsExactly("v");
        cluster.run(8_000 * MILLI);
        assertThat(cluster.store(N1).commits()).as("the third may hold more").isEqualTo(commits);
        cluster.up(N3);
        assertThat(cluster.values(N1, ALICE, 1)).containsExactly("v");
        cluster.run(100 * MILLI);
        assertThat(cluster.stored(N1, ALICE)).containsExactly("v");
    }

    @Test
    void aRecordThatVanishedAtOneHomeDeletesNothingElsewhere() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        cluster.store(N1).lose(ALICE);
        KeyReply.Refused refused = cluster.get(N2, ALICE, 3).refused();
        assertThat(refused.code()).as("an error, never an absence").isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
        cluster.run(100 * MILLI);
        assertThat(cluster.values(N2, ALICE, 3)).containsExactly("v");
        for (NodeId node : NODES) {
            assertThat(cluster.stored(node, ALICE)).containsExactly("v");
        }
    }

    @Test
    void aCoordinatorWhoseRecordVanishedLosesNothingByABlindPut() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "old").written();
        cluster.store(N1).lose(ALICE);
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "new").written();
        for (NodeId other : List.of(N2, N3)) {
            assertThat(cluster.stored(other, ALICE)).containsExactlyInAnyOrder("old", "new");
        }
        for (NodeId via : NODES) {
            assertThat(cluster.values(via, ALICE, 2)).containsExactlyInAnyOrder("old", "new");
            cluster.run(100 * MILLI);
        }
        cluster.get(N2, ALICE, 3).await();
        cluster.run(100 * MILLI);
        assertThat(cluster.values(N3, ALICE, 3)).containsExactlyInAnyOrder("old", "new");
        for (NodeId node : NODES) {
            assertThat(cluster.stored(node, ALICE)).as("what %s has", node).containsExactlyInAnyOrder("old", "new");
        }
    }

    @Test
    void aLateAnswerToAnEarlierQuestionIsNoProof() {
        cluster.put(N2, ALICE, 3, CausalContext.EMPTY, "v").written();
        cluster.store(N1).lose(ALICE);
        // n1 coordinates nothing here: it is asked for a state, and later, by then damaged, for proofs.
        cluster.lose(envelope -> envelope.is(PeerMessage.ReadReply.class));
        Call get = cluster.get(N2, ALICE, 3);
        Envelope question = cluster.sent.stream()
                .filter(e -> e.is(PeerMessage.Read.class) && e.to().equals(N1))
                .findFirst()
                .orElseThrow();
        PeerMessage.Read read = (PeerMessage.Read) question.message();
        long none = io.quorate.ring.version.KeyState.EMPTY.digest();
        cluster.shard(N2)
                .onMessage(
                        N1,
                        new PeerMessage.ReadReply(
                                read.id(),
                                read.partition(),
                                PeerMessage.Want.DIGEST,
                                PeerMessage.Status.OK,
                                none,
                                null),
                        cluster.now());
        cluster.settle();
        cluster.heal();
        cluster.lose(envelope -> envelope.from().equals(N1));
        cluster.run(300 * MILLI);
        PeerMessage.ReadReply late = new PeerMessage.ReadReply(
                read.id(),
                read.partition(),
                PeerMessage.Want.STATE,
                PeerMessage.Status.OK,
                none,
                cluster.shard(N1).replica(ALICE.set()).read(ALICE));
        cluster.shard(N2).onMessage(N1, late, cluster.now());
        cluster.settle();
        KeyReply soFar = get.now();
        assertThat(soFar instanceof KeyReply.ReadDone).isFalse();
        cluster.run(8_000 * MILLI);
        assertThat(cluster.stored(N2, ALICE)).containsExactly("v");
        assertThat(cluster.stored(N3, ALICE)).containsExactly("v");
    }

    @Test
    void aHomeWhoseOwnRecordIsDamagedLetsAnotherHomeTakeTheWrite() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v1").written();
        CausalContext seen = cluster.get(N2, ALICE, 2).read().state().context();
        cluster.store(N1).corrupt(ALICE);
        cluster.put(N1, ALICE, 2, seen, "v2").written();
        assertThat(cluster.values(N2, ALICE, 2)).containsExactly("v2");
    }

    @Test
    void afterAFailedDiskEveryWriteHereIsRefusedAndTheOthersServe() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v1").written();
        cluster.store(N1).fail(new StorageException("no space left", new IOException(), true));
        KeyReply.WriteDone done =
                cluster.put(N1, ALICE, 2, CausalContext.EMPTY, "v2").written();
        assertThat(done.reached().acked()).isEqualTo(2);
        assertThat(cluster.values(N2, ALICE, 2)).containsExactlyInAnyOrder("v1", "v2");
    }

    @Test
    void aHomeWhoseDiskFailsUnderAWriteMakesItsLevelUnreachableAtOnceAndIsNamed() {
        cluster.store(N2).slow();
        Call all = cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v");
        assertThat(all.now()).as("two have it, the third may yet").isNull();
        long started = cluster.now();

        cluster.store(N2).fail(new StorageException("input/output error", new IOException(), false));
        cluster.settle();

        assertThat(all.now()).isInstanceOfSatisfying(KeyReply.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
            assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
            assertThat(refused.need()).isEqualTo(3);
            assertThat(refused.acked()).isEqualTo(2);
            assertThat(refused.replicas())
                    .extracting(line -> line.node() + " " + line.result())
                    .containsExactlyInAnyOrder("n1 acked", "n2 error", "n3 acked");
        });
        assertThat(cluster.now()).isEqualTo(started);
    }

    @Test
    void aHomeWhoseDiskHasFailedRefusesAllAndLeavesQuorum() {
        cluster.store(N2).fail(new StorageException("input/output error", new IOException(), false));
        long started = cluster.now();
        Call all = cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "all");
        assertThat(all.now()).isInstanceOfSatisfying(KeyReply.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
            assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
            assertThat(refused.replicas())
                    .extracting(line -> line.node() + " " + line.result())
                    .contains("n2 error");
        });
        Call two = cluster.put(N1, key("bob"), 2, CausalContext.EMPTY, "two");
        assertThat(two.now()).isInstanceOf(KeyReply.WriteDone.class);
        assertThat(two.written().reached().acked()).isEqualTo(2);
        assertThat(cluster.now()).as("at once").isEqualTo(started);
        assertThat(cluster.values(N3, key("bob"), 2)).containsExactly("two");
    }
}
