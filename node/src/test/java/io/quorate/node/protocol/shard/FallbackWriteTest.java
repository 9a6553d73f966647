package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import org.junit.jupiter.api.Test;

/** A node that is no home coordinates a write because none of the homes is there. */
class FallbackWriteTest {
    private static final long TEN_MINUTES = 600_000;

    private final TinyCluster cluster = new TinyCluster(ExchangeSettings.DEFAULT.never(), HintSettings.DEFAULT);
    private final RecordKey key = alone(TestKeys.key("alone"));
    private final NodeId home =
            cluster.ring.preference(key.set().partition()).homes(1).get(0);
    private final NodeId fallback =
            NODES.stream().filter(node -> !node.equals(home)).findFirst().orElseThrow();
    private int requests;

    /** The same key of a bucket that keeps one copy. */
    private static RecordKey alone(RecordKey key) {
        return new RecordKey(
                new ReplicaSetId(1, key.set().partition()), key.token(), key.bucket(), key.generation(), key.key());
    }

    private TinyCluster.Call put(Conflicts conflicts, CausalContext seen, String value) {
        return put(new KeyAddress(key, ReadRepair.BLOCKING, 100, conflicts, true), seen, value);
    }

    private TinyCluster.Call put(int maxSiblings, CausalContext seen, String value) {
        return put(new KeyAddress(key, ReadRepair.BLOCKING, maxSiblings, Conflicts.SIBLINGS, true), seen, value);
    }

    private TinyCluster.Call put(KeyAddress address, CausalContext seen, String value) {
        return cluster.submit(
                fallback,
                new KeyRequest.Put(
                        address,
                        1,
                        seen,
                        Bytes.ofUtf8(value),
                        "text/plain",
                        new KeyRequest.RequestId(Bytes.ofUtf8("request " + ++requests), false)));
    }

    @Test
    void whatItTakesReachesTheHome() {
        cluster.down(home);
        KeyReply.WriteDone done =
                put(Conflicts.SIBLINGS, CausalContext.EMPTY, "v").written();
        assertThat(done.reached().homes()).isZero();
        assertThat(done.reached().acked()).isEqualTo(1);
        cluster.up(home);
        cluster.run(5_000 * TinyCluster.MILLI);
        assertThat(cluster.stored(home, key)).containsExactly("v");
        assertThat(cluster.shard(fallback).counts().hints()).isZero();
    }

    @Test
    void aRefusedWriteLeavesNoGap() {
        cluster.down(home);
        CausalContext first = put(1, CausalContext.EMPTY, "v").written().context();
        assertThat(put(1, CausalContext.EMPTY, "w").refused().code()).isEqualTo(ErrorCode.TOO_MANY_SIBLINGS);
        put(1, first, "x").written();
        cluster.up(home);
        cluster.run(5_000 * TinyCluster.MILLI);
        assertThat(cluster.stored(home, key)).containsExactly("x");
        assertThat(cluster.shard(home).replica(key.set()).clock().gapped()).isEmpty();
    }

    @Test
    void aContextFromTheFarFutureIsRefusedAndNothingIsKept() {
        cluster.down(home);
        CausalContext crazy = CausalContext.EMPTY.atLeast(HybridTime.ofMillis(cluster.wallMillis() + TEN_MINUTES));
        KeyReply.Refused refused = put(Conflicts.LWW, crazy, "v").refused();
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_CONTEXT);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(cluster.shard(fallback).counts().hints()).isZero();
        CausalContext near = CausalContext.EMPTY.atLeast(HybridTime.ofMillis(cluster.wallMillis() + 59_000));
        put(Conflicts.LWW, near, "v").written();
    }
}
