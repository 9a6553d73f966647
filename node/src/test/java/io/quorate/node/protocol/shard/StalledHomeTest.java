package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.fixture.TinyCluster.Call;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A home whose pings come and whose data plane answers nothing. */
final class StalledHomeTest {
    private static final int ALL = 3;
    private static final int QUORUM = 2;

    private final TinyCluster cluster = new TinyCluster();
    private int count;

    @BeforeEach
    void start() {
        cluster.settle();
    }

    private RecordKey newKey() {
        return TestKeys.key("key-" + count++);
    }

    private Call put(int need) {
        return cluster.put(N1, newKey(), need, CausalContext.EMPTY, "v");
    }

    private void pause() {
        cluster.lose(envelope -> envelope.to().equals(N3) || envelope.from().equals(N3));
    }

    /** Enough requests wait for it, for long enough. */
    private List<Call> stall() {
        pause();
        List<Call> waiting = new ArrayList<>();
        for (int i = 0; i < Stalls.UNANSWERED_MAX; i++) {
            waiting.add(put(ALL));
        }
        cluster.run(Stalls.SILENT_NANOS);
        return waiting;
    }

    @Test
    void whatNeedsItIsRefusedAtOnceAndNothingIsWritten() {
        stall();
        put(ALL); // goes to see whether it answers again
        RecordKey key = newKey();
        Call call = cluster.put(N1, key, ALL, CausalContext.EMPTY, "v");
        KeyReply.Refused refused = (KeyReply.Refused) call.now();
        assertThat(refused).isNotNull();
        assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused.replicas())
                .extracting(KeyReply.ReplicaResult::node, KeyReply.ReplicaResult::result)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(N3, "overloaded"));
        assertThat(cluster.stored(N1, key)).isEmpty();
        assertThat(cluster.stored(N2, key)).isEmpty();
    }

    @Test
    void readsThatNeedItAreRefusedAtOnceToo() {
        stall();
        put(ALL);
        assertThat(cluster.get(N1, newKey(), ALL).now())
                .isInstanceOfSatisfying(
                        KeyReply.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED));
    }

    @Test
    void whatCanDoWithoutItIsServedWithoutWaiting() {
        stall();
        RecordKey key = newKey();
        assertThat(cluster.put(N1, key, QUORUM, CausalContext.EMPTY, "v").now()).isInstanceOf(KeyReply.WriteDone.class);
        for (RecordKey any : List.of(key, newKey(), newKey(), newKey(), newKey(), newKey())) {
            assertThat(cluster.get(N1, any, QUORUM).now()).isInstanceOf(KeyReply.ReadDone.class);
        }
    }

    @Test
    void thoseThatWaitedAreAnsweredByTheirDeadline() {
        List<Call> waiting = stall();
        cluster.run(TinyCluster.TIMEOUT - Stalls.SILENT_NANOS + 5 * MILLI);
        for (Call call : waiting) {
            assertThat(call.now())
                    .isInstanceOfSatisfying(
                            KeyReply.Refused.class,
                            refused -> assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED));
        }
    }

    @Test
    void oneAnswerEndsIt() {
        stall();
        cluster.heal();
        // What was sent again reaches it now.
        cluster.run(300 * MILLI);
        assertThat(put(ALL).now()).isInstanceOf(KeyReply.WriteDone.class);
    }

    @Test
    void itsRecoveryIsNoticedThoughOnlyReadsThatNeedItCome() {
        pause();
        for (int i = 0; i < Stalls.UNANSWERED_MAX; i++) {
            cluster.get(N1, newKey(), ALL);
        }
        cluster.run(TinyCluster.TIMEOUT + 100 * MILLI);
        cluster.heal();
        assertThat(cluster.get(N1, newKey(), ALL).read().state().shown()).isEmpty();
        assertThat(cluster.get(N1, newKey(), ALL).now()).isInstanceOf(KeyReply.ReadDone.class);
    }

    @Test
    void whatIsRepeatedDoesNotPileUpThere() {
        stall();
        int before = cluster.sent.size();
        cluster.run(TinyCluster.TIMEOUT);
        assertThat(cluster.sent.subList(before, cluster.sent.size()))
                .filteredOn(
                        envelope -> envelope.from().equals(N1) && envelope.to().equals(N3))
                .hasSizeBetween(1, (int) (TinyCluster.TIMEOUT / Stalls.PROBE_NANOS) + 1);
    }

    @Test
    void fewRequestsWithoutAnswerDoNotMakeOne() {
        pause();
        for (int i = 0; i < 10; i++) {
            put(ALL);
        }
        cluster.run(Stalls.SILENT_NANOS);
        assertThat(put(ALL).now()).isNull();
    }

    @Test
    void manyRequestsAtOnceDoNotMakeOne() {
        pause();
        for (int i = 0; i < Stalls.UNANSWERED_MAX; i++) {
            put(ALL);
        }
        assertThat(put(ALL).now()).isNull();
    }

    @Test
    void aNodeThatIsBehindCoordinatesNothingForOthers() {
        cluster.shard(N1).behind(TinyCluster.TIMEOUT);
        RecordKey key = newKey();
        int before = cluster.sent.size();
        KeyRequest.Put put = new KeyRequest.Put(
                TinyCluster.address(key),
                1,
                CausalContext.EMPTY,
                Bytes.ofUtf8("v"),
                "text/plain",
                new KeyRequest.RequestId(Bytes.ofUtf8("r"), false));
        cluster.shard(N1).onMessage(N2, new PeerMessage.Forward(1, put, 1_000, 1), cluster.now());
        assertThat(cluster.sent.subList(before, cluster.sent.size()))
                .singleElement()
                .satisfies(sent -> {
                    KeyReply reply = ((PeerMessage.ForwardReply) sent.message()).reply();
                    assertThat(((KeyReply.Refused) reply).code()).isEqualTo(ErrorCode.OVERLOADED);
                    assertThat(((KeyReply.Refused) reply).outcome()).isEqualTo(Outcome.NOT_APPLIED);
                });
        assertThat(cluster.stored(N1, key)).isEmpty();
        cluster.shard(N1).behind(0);
        cluster.shard(N1).onMessage(N2, new PeerMessage.Forward(2, put, 1_000, 1), cluster.now());
        cluster.settle();
        assertThat(cluster.stored(N1, key)).containsExactly("v");
    }
}
