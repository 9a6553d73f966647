package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Envelope;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is handled after its time: messages that were under way too long, and the own requests of a node that slept. */
class LateRequestTest {
    private static final RecordKey ALICE = key("alice");

    private final TinyCluster cluster = new TinyCluster();

    private KeyRequest.Put put(String value) {
        return new KeyRequest.Put(
                TinyCluster.address(ALICE),
                1,
                CausalContext.EMPTY,
                Bytes.ofUtf8(value),
                "t",
                new KeyRequest.RequestId(Bytes.ofUtf8(value), false));
    }

    private List<PeerMessage.Data> answers(PeerMessage.Data message, long age) {
        return answers(message, age, true);
    }

    private List<PeerMessage.Data> answers(PeerMessage.Data message, long age, boolean sure) {
        int before = cluster.sent.size();
        cluster.shard(N2).onMessage(N1, message, age, sure, cluster.now());
        cluster.settle();
        return cluster.sent.subList(before, cluster.sent.size()).stream()
                .filter(e -> e.to().equals(N1) && !e.is(PeerMessage.Write.class))
                .map(Envelope::message)
                .toList();
    }

    private static KeyReply.Refused refusal(List<PeerMessage.Data> answers) {
        assertThat(answers).hasSize(1);
        return (KeyReply.Refused) ((PeerMessage.ForwardReply) answers.get(0)).reply();
    }

    @Test
    void aForwardedWriteWhoseTimeWasOverOnItsWayIsNotBegunAndSaysSo() {
        PeerMessage.Forward forward = new PeerMessage.Forward(9, put("late"), 1_000, 1);
        KeyReply.Refused refused = refusal(answers(forward, 1_000 * MILLI));
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused.detail()).contains("1000 ms late");
        assertThat(cluster.store(N2).commits()).isZero();
        assertThat(cluster.count(Shard.Event.LATE_DROPPED)).isEqualTo(1);
    }

    @Test
    void aForwardedWriteHasOnlyTheTimeThatIsLeft() {
        cluster.lose(envelope -> envelope.to().equals(N3) || envelope.is(PeerMessage.WriteAck.class));
        KeyRequest.Put both = new KeyRequest.Put(
                TinyCluster.address(ALICE),
                2,
                CausalContext.EMPTY,
                Bytes.ofUtf8("v"),
                "t",
                new KeyRequest.RequestId(Bytes.ofUtf8("r"), false));
        int before = cluster.sent.size();
        cluster.shard(N2).onMessage(N1, new PeerMessage.Forward(9, both, 1_000, 1), 700 * MILLI, true, cluster.now());
        cluster.run(310 * MILLI);
        assertThat(cluster.sent.subList(before, cluster.sent.size()))
                .filteredOn(e -> e.is(PeerMessage.ForwardReply.class))
                .hasSize(1);
    }

    @Test
    void whatIsForwardedByOneHardlyKnownToANodeThatHasJustWokenIsNotBegunHoweverYoungItLooks() {
        cluster.run(100 * MILLI);
        cluster.freeze(N2);
        cluster.run(1_200 * MILLI);
        cluster.thaw(N2);
        KeyReply.Refused refused = refusal(answers(new PeerMessage.Forward(9, put("waited"), 1_000, 1), 0, false));
        assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused.detail()).contains("woken");
        cluster.run(210 * MILLI);
        assertThat(answers(new PeerMessage.Forward(10, put("new"), 1_000, 1), 0, false))
                .singleElement()
                .extracting(answer -> ((PeerMessage.ForwardReply) answer).reply())
                .isInstanceOf(KeyReply.WriteDone.class);
    }

    @Test
    void aForwardOfAnotherEpochIsRefusedAndNamesBoth() {
        KeyReply.Refused refused = refusal(answers(new PeerMessage.Forward(9, put("v"), 1_000, 7), 0));
        assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused.detail()).contains("epoch 7").contains("epoch 1");
        assertThat(cluster.store(N2).commits()).isZero();
    }

    @Test
    void aReadForWhichNobodyWaitsIsNotAnswered() {
        PeerMessage.Read read = new PeerMessage.Read(9, ALICE, PeerMessage.Want.STATE, 100, 1);
        assertThat(answers(read, 100 * MILLI)).isEmpty();
        assertThat(answers(read, 99 * MILLI)).hasSize(1);
    }

    @Test
    void aReplicatedWriteIsTakenHoweverLateAndARestoredRecordIsNot() {
        cluster.put(N1, ALICE, 1, CausalContext.EMPTY, "v").written();
        PeerMessage.Write write = cluster.sent.stream()
                .filter(e -> e.is(PeerMessage.Write.class) && e.to().equals(N2))
                .map(e -> (PeerMessage.Write) e.message())
                .findFirst()
                .orElseThrow();
        assertThat(answers(write, 60_000 * MILLI)).hasSize(1);
        PeerMessage.Write restored =
                new PeerMessage.Write(9, ALICE, write.object(), Origin.REPAIR, null, write.millisLeft(), write.epoch());
        assertThat(answers(restored, 60_000 * MILLI)).isEmpty();
    }

    @Test
    void anOwnRequestThatWaitedTooLongIsNotBegun() {
        List<KeyReply> replies = new ArrayList<>();
        cluster.shard(N1).onRequest(put("v"), 0, replies::add, cluster.now());
        cluster.settle();
        assertThat(replies).hasSize(1);
        assertThat(((KeyReply.Refused) replies.get(0)).outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(cluster.store(N1).commits()).isZero();
    }

    /** A node that sleeps while it waits for others gets their answers before its clock ticks again. */
    private TinyCluster.Call sleepsInTheReadOf(java.util.function.Supplier<TinyCluster.Call> request) {
        List<Envelope> heldBack = new ArrayList<>();
        cluster.lose(envelope -> envelope.to().equals(N1) && heldBack.add(envelope));
        TinyCluster.Call call = request.get();
        assertThat(heldBack).isNotEmpty();
        cluster.heal();
        long woken = cluster.now() + 20_000 * MILLI;
        for (Envelope envelope : heldBack) {
            cluster.shard(N1).onMessage(envelope.from(), envelope.message(), 20_000 * MILLI, true, woken);
            cluster.settle();
        }
        return call;
    }

    @Test
    void aDeleteThatSleptInItsReadDoesNotGoOnToWrite() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        int before = cluster.store(N1).commits();
        TinyCluster.Call call = sleepsInTheReadOf(() -> cluster.delete(N1, ALICE, 2, null));
        assertThat(call.refused().outcome()).isEqualTo(Outcome.NOT_APPLIED);
        cluster.run(5_000 * MILLI);
        assertThat(cluster.store(N1).commits()).isEqualTo(before);
        assertThat(cluster.values(N2, ALICE, 3)).containsExactly("v");
    }

    @Test
    void aReadThatSleptIsATimeoutHoweverGoodTheAnswersLookNow() {
        cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "v").written();
        TinyCluster.Call call = sleepsInTheReadOf(() -> cluster.get(N1, ALICE, 2));
        assertThat(call.refused().code()).isEqualTo(ErrorCode.TIMEOUT);
    }

    /**
     * A home that has begun a write is frozen for 20 s: it does nothing, and what it had sent or others sent it arrives once
     * it wakes.
     *
     * @param reached whether one other home has the write already
     */
    private TinyCluster.Call sleepsInTheMiddleOfAWrite(boolean reached, Runnable meanwhile) {
        List<Envelope> heldBack = new ArrayList<>();
        cluster.lose(envelope -> {
            boolean first = reached
                    && envelope.is(PeerMessage.Write.class)
                    && envelope.to().equals(N2);
            boolean held =
                    !first && (envelope.from().equals(N1) || envelope.to().equals(N1));
            return held && heldBack.add(envelope);
        });
        TinyCluster.Call call = cluster.put(N1, ALICE, 3, CausalContext.EMPTY, "stale");
        assertThat(cluster.stored(N1, ALICE)).containsExactly("stale");
        cluster.down(N1);
        cluster.heal();
        meanwhile.run();
        cluster.run(20_000 * MILLI);
        assertThat(call.now()).isNull();
        cluster.up(N1);
        assertThat(heldBack).isNotEmpty();
        for (Envelope envelope : heldBack) {
            cluster.shard(envelope.to())
                    .onMessage(envelope.from(), envelope.message(), 20_000 * MILLI, true, cluster.now());
            cluster.settle();
        }
        cluster.run(10_000 * MILLI);
        return call;
    }

    private static void assertToldAsUnknown(TinyCluster.Call call) {
        KeyReply.Refused refused = call.refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(refused.need()).isEqualTo(3);
        assertThat(refused.acked()).isBetween(1, 2);
    }

    @Test
    void aWriteWhoseCoordinatorSleptInTheMiddleOfItDoesNotReturnOverTheOneThatReplacedIt() {
        TinyCluster.Call call = sleepsInTheMiddleOfAWrite(true, () -> {
            CausalContext seen = cluster.get(N2, ALICE, 2).read().state().context();
            cluster.put(N2, ALICE, 2, seen, "newer").written();
        });
        assertToldAsUnknown(call);
        for (NodeId via : TinyCluster.NODES) {
            assertThat(cluster.values(via, ALICE, 2)).as("through %s", via).containsExactly("newer");
        }
        assertThat(cluster.values(N1, ALICE, 3)).containsExactly("newer");
    }

    @Test
    void aWriteWhoseCoordinatorSleptInTheMiddleOfItStandsBesideTheOneThatNeverSawIt() {
        TinyCluster.Call call = sleepsInTheMiddleOfAWrite(
                false,
                () -> cluster.put(N2, ALICE, 2, CausalContext.EMPTY, "newer").written());
        assertToldAsUnknown(call);
        for (NodeId via : TinyCluster.NODES) {
            assertThat(cluster.values(via, ALICE, 3)).as("through %s", via).containsExactlyInAnyOrder("stale", "newer");
        }
    }

    @Test
    void aWriteThatSleptWhileItAskedOthersIsNotBegun() {
        // N1 is behind: it must ask whether what the writer claims to have seen was ever written.
        cluster.lose(envelope -> envelope.to().equals(N1) && envelope.is(PeerMessage.Write.class));
        CausalContext seen =
                cluster.put(N2, ALICE, 2, CausalContext.EMPTY, "v").written().context();
        int before = cluster.store(N1).commits();
        TinyCluster.Call call = sleepsInTheReadOf(() -> cluster.put(N1, ALICE, 1, seen, "w"));
        assertThat(call.refused().outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(cluster.store(N1).commits()).isEqualTo(before);
    }
}
