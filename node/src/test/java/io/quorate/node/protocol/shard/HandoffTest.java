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
import io.quorate.node.protocol.hint.HintBook;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a home missed is kept for it and handed over, with nobody comparing or reading anything. */
class HandoffTest {
    private static final long SECOND = 1_000 * MILLI;
    private static final int KEYS = 100;

    private TinyCluster cluster = new TinyCluster(ExchangeSettings.DEFAULT.never(), HintSettings.DEFAULT);
    private final List<RecordKey> keys = new ArrayList<>();

    HandoffTest() {
        for (int i = 0; i < KEYS; i++) {
            keys.add(key("key" + i));
        }
    }

    private HintBook.Report kept(NodeId holder, NodeId target) {
        return cluster.shard(holder).hints().targets().getOrDefault(target, new HintBook.Report(0, 0, 0, 0, 0));
    }

    private void writeWithoutN3() {
        cluster.down(N3);
        for (int i = 0; i < KEYS; i++) {
            cluster.put(i % 2 == 0 ? N1 : N2, keys.get(i), 2, CausalContext.EMPTY, "v" + i)
                    .written();
        }
        cluster.run(10 * SECOND);
    }

    private void assertHandedOver() {
        cluster.run(5 * SECOND);
        for (int i = 0; i < KEYS; i++) {
            assertThat(cluster.stored(N3, keys.get(i))).containsExactly("v" + i);
        }
        for (NodeId node : NODES) {
            assertThat(kept(node, N3).keys()).as("left at %s", node).isZero();
            assertThat(cluster.shard(node).hints().oldest())
                    .isGreaterThanOrEqualTo(cluster.shard(node).hints().head());
        }
    }

    @Test
    void aHomeThatComesBackIsGivenAllThatWasWrittenWithoutIt() {
        writeWithoutN3();
        assertThat(kept(N1, N3).keys() + kept(N2, N3).keys()).isEqualTo(KEYS);
        assertThat(kept(N1, N3).bytes()).isPositive();
        cluster.up(N3);
        assertHandedOver();
        assertThat(kept(N1, N3).delivered() + kept(N2, N3).delivered()).isEqualTo(KEYS);
    }

    @Test
    void whatIsKeptOutlivesItsHolder() {
        writeWithoutN3();
        cluster.restart(N1, true);
        cluster.restart(N2, false);
        assertThat(kept(N1, N3).keys() + kept(N2, N3).keys()).isEqualTo(KEYS);
        cluster.up(N3);
        assertHandedOver();
    }

    @Test
    void whatIsNotAcknowledgedIsHandedOverAgain() {
        writeWithoutN3();
        cluster.lose(envelope -> envelope.from().equals(N3) && envelope.is(PeerMessage.WriteAck.class));
        cluster.up(N3);
        cluster.run(5 * SECOND);
        assertThat(kept(N1, N3).keys() + kept(N2, N3).keys()).isEqualTo(KEYS);
        cluster.heal();
        cluster.run(5 * SECOND);
        assertHandedOver();
    }

    @Test
    void noMoreThanAWindowIsUnderWay() {
        writeWithoutN3();
        cluster.lose(envelope -> envelope.to().equals(N3) && envelope.is(PeerMessage.Write.class));
        cluster.sent.clear();
        cluster.up(N3);
        cluster.run(SECOND);
        long offered = cluster.sent.stream()
                .filter(envelope -> envelope.to().equals(N3) && envelope.is(PeerMessage.Write.class))
                .count();
        assertThat(offered).isBetween(1L, 16L);
    }

    @Test
    void manyWritesOfAKeyAreKeptAsOneAndAllOfThemEnterTheClock() {
        RecordKey key = keys.get(0);
        cluster.down(N3);
        CausalContext seen = CausalContext.EMPTY;
        for (int i = 0; i < 50; i++) {
            seen = cluster.put(N1, key, 2, seen, "v" + i).written().context();
        }
        cluster.run(10 * SECOND);
        assertThat(kept(N1, N3).keys()).isEqualTo(1);
        cluster.sent.clear();
        cluster.up(N3);
        cluster.run(SECOND);
        assertThat(cluster.stored(N3, key)).containsExactly("v49");
        assertThat(cluster.shard(N3).replica(key.set()).clock())
                .as("no gap is left")
                .isEqualTo(cluster.shard(N1).replica(key.set()).clock());
        assertThat(cluster.sent.stream().filter(e -> e.is(PeerMessage.Write.class) && e.to().equals(N3)))
                .hasSize(1);
    }

    @Test
    void aDeleteIsKeptLikeAPutAndLeavesNothingBehind() {
        RecordKey key = keys.get(0);
        CausalContext seen =
                cluster.put(N1, key, 3, CausalContext.EMPTY, "v").written().context();
        cluster.down(N3);
        cluster.delete(N1, key, 2, seen).written();
        cluster.run(10 * SECOND);
        cluster.up(N3);
        cluster.run(SECOND);
        for (NodeId node : NODES) {
            assertThat(cluster.store(node).keysAfter(key.set(), null, 10))
                    .as("on %s", node)
                    .isEmpty();
        }
    }

    @Test
    void whatComesWhileAHintIsUnderWayIsNotForgottenWithIt() {
        RecordKey key = keys.get(0);
        cluster.down(N3);
        CausalContext seen =
                cluster.put(N1, key, 2, CausalContext.EMPTY, "old").written().context();
        cluster.latency(envelope -> envelope.is(PeerMessage.WriteAck.class) ? 500 * MILLI : 0);
        cluster.up(N3);
        cluster.run(100 * MILLI);
        cluster.down(N3);
        cluster.put(N1, key, 1, seen, "new").written();
        cluster.up(N3);
        cluster.run(10 * SECOND);
        assertThat(cluster.stored(N3, key)).containsExactly("new");
        assertThat(kept(N1, N3).keys()).isZero();
    }

    @Test
    void beyondItsRoomNothingMoreIsKeptAndTheHomeIsComparedInstead() {
        ExchangeSettings quick = new ExchangeSettings(SECOND, 100 * MILLI, SECOND, SECOND, 2, 1 << 20, Long.MAX_VALUE);
        cluster = new TinyCluster(quick, new HintSettings(1 << 20, 1 << 20, 10, 64, 1 << 20));
        writeWithoutN3();
        assertThat(kept(N1, N3).keys()).isEqualTo(10);
        assertThat(cluster.count(Shard.Event.HINT_DROPPED)).isPositive();
        assertThat(kept(N1, N3).dropped()).isPositive();
        cluster.up(N3);
        cluster.run(30 * SECOND);
        for (int i = 0; i < KEYS; i++) {
            assertThat(cluster.stored(N3, keys.get(i))).containsExactly("v" + i);
        }
    }

    @Test
    void whatIsKeptOutlivesADiskThatWasFullForAWhile() {
        writeWithoutN3();
        long before = kept(N1, N3).keys();
        cluster.store(N1).forgiving().fail(new StorageException("full", new IllegalStateException(), true));
        cluster.put(N1, key("elsewhere"), 1, CausalContext.EMPTY, "v").written();
        cluster.up(N3);
        cluster.run(3 * SECOND);
        cluster.down(N3);
        cluster.store(N1).recover();
        cluster.run(SECOND);
        assertThat(kept(N1, N3).keys()).as("read again from the disk").isEqualTo(before);
        cluster.put(N1, keys.get(0), 2, CausalContext.EMPTY, "after").written();
        cluster.up(N3);
        cluster.run(10 * SECOND);
        assertThat(cluster.stored(N3, keys.get(0))).containsExactlyInAnyOrder("v0", "after");
        assertThat(cluster.stored(N3, keys.get(2))).containsExactly("v2");
        assertThat(kept(N1, N3).keys()).isZero();
    }
}
