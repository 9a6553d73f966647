package io.quorate.node.protocol.shard;

import static io.quorate.node.fixture.TestKeys.key;
import static io.quorate.node.fixture.TinyCluster.MILLI;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static io.quorate.node.fixture.TinyCluster.NODES;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Who has lost a disk, or was away: what counts meanwhile, and when it is over. */
class RecoveryTest {
    private static final long SECOND = 1_000 * MILLI;
    private static final ExchangeSettings QUICK =
            new ExchangeSettings(3600 * SECOND, 100 * MILLI, SECOND, SECOND, 2, 1 << 20, Long.MAX_VALUE);
    private static final RecordKey KEY = key("key");
    private static final RecordKey OTHER = key("other");

    private final TinyCluster cluster = new TinyCluster(QUICK, HintSettings.NONE);

    private boolean lags(NodeId node) {
        return cluster.shard(node).health().lagging() > 0;
    }

    private void write(String value, int need) {
        cluster.put(N1, KEY, need, CausalContext.EMPTY, value).written();
        cluster.run(SECOND);
    }

    private void until(BooleanSupplier condition) {
        for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
            cluster.run(100 * MILLI);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private long asked(NodeId node, Class<?> type) {
        return cluster.sent.stream()
                .filter(envelope -> envelope.to().equals(node) && envelope.is(type))
                .count();
    }

    @Test
    void whatALostDiskForgotCountsForNoRead() {
        write("v", 2);
        cluster.lose(envelope -> envelope.is(ExchangeMessage.class));
        cluster.wipe(N3);
        cluster.run(SECOND);
        assertThat(lags(N3)).isTrue();
        for (NodeId node : NODES) {
            for (int need = 1; need <= 2; need++) {
                assertThat(cluster.values(node, KEY, need))
                        .as("at %s, %d", node, need)
                        .containsExactly("v");
            }
            assertThat(cluster.get(node, KEY, 3).refused().detail()).contains("n3 is catching up");
        }
        cluster.down(N2);
        for (NodeId node : List.of(N1, N3)) {
            TinyCluster.Call call = cluster.get(node, KEY, 2);
            assertThat(call.refused().code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(call.refused().outcome()).isEqualTo(Outcome.NOT_APPLIED);
        }
        cluster.down(N1);
        assertThat(cluster.get(N3, KEY, 1).refused().detail()).contains("catching up");
    }

    @Test
    void aDiskOfWhichNobodyHasSaidThatItIsTheFirstAnswersNoRead() {
        write("v", 2);
        cluster.shard(N2).onLosses(new Losses(0, 0, true, true), Set.of(3), cluster.now());
        assertThat(cluster.shard(N2).health().isCatchingUp()).isTrue();
        assertThat(cluster.values(N2, KEY, 1)).containsExactly("v");
        assertThat(cluster.get(N2, KEY, 3).refused().detail()).contains("n2 is catching up");
        cluster.down(N1, N3);
        assertThat(cluster.values(N2, KEY, 1)).as("alone it tells what it has").containsExactly("v");
        assertThat(cluster.get(N2, key("other"), 1).refused().detail()).contains("n2 is catching up");
        cluster.up(N1, N3);
        cluster.shard(N2).onLosses(Losses.NONE, Set.of(3), cluster.now());
        assertThat(cluster.values(N2, KEY, 3)).containsExactly("v");
    }

    @Test
    void writesCountOnALostDisk() {
        write("v", 2);
        cluster.lose(envelope -> envelope.is(ExchangeMessage.class));
        cluster.wipe(N3);
        cluster.down(N2);
        cluster.put(N1, KEY, 2, CausalContext.EMPTY, "w").written();
        assertThat(cluster.stored(N3, KEY)).containsExactly("w");
    }

    @Test
    void itIsOverOnceAllOtherHomesWereComparedAfterEverybodyKnew() {
        write("v", 2);
        cluster.wipe(N3);
        cluster.run(5 * SECOND);
        assertThat(cluster.stored(N3, KEY)).as("it has come back").containsExactly("v");
        assertThat(lags(N3)).as("somebody may still rely on the old disk").isTrue();
        cluster.tellOfLoss(N3, true);
        cluster.run(2 * SECOND);
        assertThat(lags(N3)).isFalse();
        assertThat(cluster.shard(N3).health().recovered()).isEqualTo(1);
        cluster.tellOfLoss(N3, true);
        cluster.down(N2);
        assertThat(cluster.values(N3, KEY, 2)).containsExactly("v");
    }

    @Test
    void afterTheLongestTimeOfARequestNobodyReliesOnTheOldDisk() {
        write("v", 2);
        cluster.wipe(N3);
        cluster.run(ShardSettings.REQUEST_MAX_NANOS - 5 * SECOND);
        assertThat(lags(N3)).isTrue();
        cluster.run(10 * SECOND);
        assertThat(lags(N3)).isFalse();
        assertThat(cluster.shard(N3).health().recovered())
                .as("while not all nodes have been heard, there may be buckets that it has not heard of")
                .isZero();
    }

    @Test
    void oneOfTwoOthersIsNotEnough() {
        write("v", 2);
        cluster.down(N1);
        cluster.wipe(N3);
        cluster.tellOfLoss(N3, true);
        cluster.run(20 * SECOND);
        assertThat(lags(N3)).isTrue();
        assertThat(cluster.shard(N3).health().progresses())
                .as("nobody to go on with")
                .isFalse();
        cluster.up(N1);
        cluster.run(5 * SECOND);
        assertThat(lags(N3)).isFalse();
    }

    @Test
    void aStartGoesOnWithWhatWasNotMadeUpFor() {
        write("v", 2);
        cluster.down(N1);
        cluster.wipe(N3);
        cluster.run(5 * SECOND);
        cluster.restart(N3, true);
        cluster.tellOfLoss(N3, true);
        cluster.run(5 * SECOND);
        assertThat(lags(N3)).isTrue();
        cluster.up(N1);
        cluster.run(5 * SECOND);
        assertThat(lags(N3)).isFalse();
        cluster.restart(N3, true);
        cluster.run(SECOND);
        assertThat(lags(N3)).as("what is on disk says that it is over").isFalse();
    }

    @Test
    void noLevelRestsOnWhatALostDiskAcknowledged() {
        cluster.lose(envelope -> envelope.to().equals(N3) && envelope.is(PeerMessage.Write.class));
        TinyCluster.Call call = cluster.put(N1, KEY, 3, CausalContext.EMPTY, "v");
        cluster.run(50 * MILLI);
        assertThat(cluster.stored(N2, KEY)).containsExactly("v");
        cluster.lose(envelope -> envelope.to().equals(N2) && envelope.is(PeerMessage.Write.class));
        cluster.down(N2);
        cluster.up(N2);
        cluster.wipe(N2);
        cluster.run(400 * MILLI);
        assertThat(cluster.stored(N3, KEY)).containsExactly("v");
        assertThat(call.refused().code()).as("two disks have it").isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
        assertThat(call.refused().outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        cluster.heal();
        cluster.run(SECOND);
        assertThat(cluster.stored(N2, KEY)).containsExactly("v");
    }

    /** n3 takes writes in two partitions, and then its disk is put back as it was before, which nothing tells. */
    private void putBackUnnoticed() {
        cluster.put(N3, KEY, 3, CausalContext.EMPTY, "v").written();
        cluster.put(N3, OTHER, 3, CausalContext.EMPTY, "v").written();
        cluster.run(SECOND);
        int backup = cluster.store(N3).durable();
        cluster.put(N3, KEY, 3, CausalContext.EMPTY, "later").written();
        cluster.put(N3, OTHER, 3, CausalContext.EMPTY, "later").written();
        cluster.run(SECOND);
        cluster.putBack(N3, backup);
    }

    @Test
    void aDiskThatWasPutBackUnnoticedIsOneLoss() {
        putBackUnnoticed();
        until(() -> cluster.shard(N3).health().remembered() > 0);
        cluster.tellOfLoss(N3, true);
        cluster.run(10 * SECOND);
        assertThat(cluster.shard(N3).health().remembered())
                .as("two replicas have forgotten something, of one loss")
                .isEqualTo(1);
        assertThat(cluster.shard(N3).health().recovered()).isEqualTo(1);
        assertThat(lags(N3)).isFalse();
        assertThat(cluster.stored(N3, KEY)).containsExactlyInAnyOrder("v", "later");
        assertThat(cluster.stored(N3, OTHER)).containsExactlyInAnyOrder("v", "later");
    }

    @Test
    void aWriteThatBuildsOnWhatWasForgottenTellsOfTheLossToo() {
        putBackUnnoticed();
        cluster.lose(envelope -> envelope.is(ExchangeMessage.class));
        assertThat(cluster.shard(N3).health().remembered()).isZero();
        CausalContext seen = cluster.get(N1, KEY, 2).read().state().context();
        cluster.put(N1, KEY, 2, seen, "builds on it").written();
        cluster.run(SECOND);
        assertThat(cluster.shard(N3).health().remembered()).isEqualTo(1);
    }

    @Test
    void aNodeIsReadyWhereNobodyCanHelpIt() {
        write("v", 3);
        cluster.down(N2);
        cluster.lose(envelope -> envelope.to().equals(N3) && envelope.is(ExchangeMessage.class));
        cluster.restart(N3, true);
        assertThat(cluster.shard(N3).health().progresses()).isTrue();
        until(() -> !cluster.shard(N3).health().progresses());
        assertThat(cluster.shard(N3).health().isCatchingUp())
                .as("n1 is there, and all comparisons with it fail")
                .isTrue();
        cluster.heal();
        cluster.up(N2);
        until(() -> !cluster.shard(N3).health().isCatchingUp());
    }

    @Test
    void whoReturnsIsBehindUntilItWasCompared() {
        write("v", 3);
        cluster.lose(envelope -> envelope.is(ExchangeMessage.class));
        cluster.restart(N3, true);
        assertThat(cluster.shard(N3).health().isCatchingUp()).isTrue();
        assertThat(lags(N3)).isFalse();
        cluster.run(SECOND);
        cluster.announce();
        cluster.sent.clear();
        for (NodeId node : NODES) {
            assertThat(cluster.values(node, KEY, 1)).containsExactly("v");
        }
        assertThat(asked(N3, PeerMessage.Read.class)).as("others are asked").isZero();
        cluster.down(N2);
        assertThat(cluster.values(N1, KEY, 2)).as("it counts").containsExactly("v");
        cluster.up(N2);
        cluster.heal();
        cluster.run(10 * SECOND);
        assertThat(cluster.shard(N3).health().isCatchingUp()).isFalse();
    }

    @Test
    void whoWasAloneIsBehindAndWhoWasOneOfMostIsNot() {
        write("v", 3);
        cluster.run(10 * SECOND);
        cluster.down(N3);
        assertThat(cluster.shard(N1).health().isCatchingUp()).isFalse();
        cluster.down(N2);
        assertThat(cluster.shard(N1).health().isCatchingUp()).isTrue();
        cluster.run(10 * SECOND);
        assertThat(cluster.shard(N1).health().isCatchingUp()).as("alone").isTrue();
        cluster.up(N2);
        cluster.run(5 * SECOND);
        assertThat(cluster.shard(N1).health().isCatchingUp()).isFalse();
    }
}
