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
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.serial.MessageCodec;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.PartitionClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Homes become equal by themselves: nobody reads here. */
class AntiEntropyTest {
    private static final long SECOND = 1_000 * MILLI;
    private static final int KEYS = 60;
    private static final ExchangeSettings QUICK =
            new ExchangeSettings(5 * SECOND, 100 * MILLI, SECOND, SECOND, 2, 1 << 20, Long.MAX_VALUE);

    private final TinyCluster cluster = new TinyCluster(QUICK, HintSettings.NONE);
    private final List<RecordKey> keys = new ArrayList<>();

    AntiEntropyTest() {
        for (int i = 0; i < KEYS; i++) {
            keys.add(key("key" + i));
        }
    }

    private Replica replica(NodeId node, ReplicaSetId set) {
        return cluster.shard(node).replica(set);
    }

    private Set<ReplicaSetId> sets() {
        Set<ReplicaSetId> sets = new TreeSet<>();
        keys.forEach(key -> sets.add(key.set()));
        return sets;
    }

    private void assertEqualHomes() {
        for (ReplicaSetId set : sets()) {
            PartitionClock clock = replica(N1, set).clock();
            for (NodeId node : NODES) {
                assertThat(replica(node, set).clock())
                        .as("clock of %s at %s", set, node)
                        .isEqualTo(clock);
                assertThat(replica(node, set).leaves().root())
                        .isEqualTo(replica(N1, set).leaves().root());
            }
        }
        for (RecordKey key : keys) {
            for (NodeId node : NODES) {
                assertThat(cluster.stored(node, key))
                        .as("%s at %s", key.key(), node)
                        .isEqualTo(cluster.stored(N1, key));
            }
        }
    }

    /** n3 is away while keys are written and every other is deleted again, for longer than writes are offered to it. */
    private void writeWithoutN3() {
        cluster.down(N3);
        for (int i = 0; i < KEYS; i++) {
            CausalContext written = cluster.put(N1, keys.get(i), 2, CausalContext.EMPTY, "v" + i)
                    .written()
                    .context();
            if (i % 2 == 1) {
                cluster.delete(N2, keys.get(i), 2, written).written();
            }
        }
        cluster.run(10 * SECOND);
    }

    private long records(NodeId node) {
        return sets().stream()
                .mapToLong(
                        set -> cluster.store(node).keysAfter(set, null, 10_000).size())
                .sum();
    }

    @Test
    void aHomeThatWasAwayGetsWhatItMissedAndNothingIsKeptOfWhatWasDeleted() {
        writeWithoutN3();
        cluster.up(N3);
        cluster.run(20 * SECOND);
        assertEqualHomes();
        for (NodeId node : NODES) {
            for (int i = 0; i < KEYS; i++) {
                assertThat(cluster.stored(node, keys.get(i))).isEqualTo(i % 2 == 0 ? List.of("v" + i) : List.of());
            }
            assertThat(records(node)).as("records on the disk of %s", node).isEqualTo(KEYS / 2);
        }
    }

    @Test
    void whatWasDeletedWhileAHomeWasAwayIsNotBroughtBackByIt() {
        List<CausalContext> contexts = new ArrayList<>();
        for (RecordKey key : keys) {
            contexts.add(cluster.put(N1, key, 3, CausalContext.EMPTY, "old")
                    .written()
                    .context());
        }
        cluster.down(N3);
        for (int i = 0; i < KEYS; i++) {
            cluster.delete(N1, keys.get(i), 2, contexts.get(i)).written();
        }
        cluster.run(10 * SECOND);
        cluster.up(N3);
        cluster.run(20 * SECOND);
        assertEqualHomes();
        for (NodeId node : NODES) {
            assertThat(records(node)).as("records on the disk of %s", node).isZero();
        }
    }

    @Test
    void writesOnBothSidesOfACutMeetAfterIt() {
        cluster.lose(envelope -> envelope.from().equals(N3) || envelope.to().equals(N3));
        for (int i = 0; i < KEYS; i++) {
            cluster.put(i % 2 == 0 ? N1 : N3, keys.get(i), 1, CausalContext.EMPTY, "v" + i);
        }
        cluster.run(10 * SECOND);
        cluster.heal();
        cluster.run(30 * SECOND);
        assertEqualHomes();
        assertThat(cluster.stored(N2, keys.get(1))).containsExactly("v1");
    }

    private static int bytesOf(Envelope envelope) {
        ByteSink out = new ByteSink();
        MessageCodec.write(out, envelope.message());
        return out.size();
    }

    @Test
    void equalHomesFindThatOutByTwoSmallMessages() {
        for (RecordKey key : keys) {
            cluster.put(N1, key, 3, CausalContext.EMPTY, "v").written();
        }
        cluster.run(20 * SECOND);
        cluster.sent.clear();
        cluster.run(5 * SECOND);
        List<Envelope> sent = cluster.sent.stream()
                .filter(envelope -> envelope.is(ExchangeMessage.class))
                .toList();
        int pairs = 3 * sets().size();
        assertThat(sent).as("one of each two asks").hasSizeBetween(2 * pairs, 3 * pairs);
        assertThat(sent).allMatch(e -> e.is(ExchangeMessage.Open.class) || e.is(ExchangeMessage.Opened.class));
        assertThat(sent.stream().mapToInt(AntiEntropyTest::bytesOf).max().orElseThrow())
                .isLessThan(64);
    }

    @Test
    void aDifferenceCostsAboutTheObjectThatDiffers() {
        String value = "x".repeat(1024);
        for (RecordKey key : keys) {
            cluster.put(N1, key, 3, CausalContext.EMPTY, value).written();
        }
        cluster.run(20 * SECOND);
        cluster.down(N3);
        RecordKey changed = keys.get(0);
        CausalContext seen = cluster.get(N1, changed, 2).read().state().context();
        cluster.put(N1, changed, 2, seen, value + "y").written();
        cluster.run(10 * SECOND);
        cluster.sent.clear();
        cluster.up(N3);
        cluster.run(3 * SECOND);
        assertThat(cluster.stored(N3, changed)).containsExactly(value + "y");
        int bytes = cluster.sent.stream()
                .filter(envelope ->
                        envelope.message().partition() == changed.set().partition())
                .filter(envelope -> envelope.from().equals(N3) || envelope.to().equals(N3))
                .mapToInt(AntiEntropyTest::bytesOf)
                .sum();
        assertThat(bytes).as("with what finds it, and idle comparisons").isLessThan(2 * 1140);
    }

    @Test
    void whatTheOtherHomeHasReplacedIsNotSentToIt() {
        String value = "x".repeat(1024);
        RecordKey key = keys.get(0);
        CausalContext seen = cluster.put(N3, key, 3, CausalContext.EMPTY, value + "old")
                .written()
                .context();
        cluster.run(20 * SECOND);
        cluster.lose(envelope -> envelope.to().equals(N3) && envelope.is(PeerMessage.Write.class));
        cluster.put(N1, key, 2, seen, value + "new").written();
        cluster.run(SECOND);
        cluster.shard(N1).compareAll();
        cluster.run(10 * SECOND);
        List<Envelope> fromN3 = cluster.sent.stream()
                .filter(envelope -> envelope.from().equals(N3) && envelope.is(ExchangeMessage.Swapped.class))
                .toList();
        assertThat(fromN3)
                .isNotEmpty()
                .allSatisfy(swapped -> assertThat(bytesOf(swapped)).isLessThan(256));
        cluster.heal();
        cluster.run(20 * SECOND);
        assertThat(cluster.stored(N3, key)).containsExactly(value + "new");
        assertEqualHomes();
    }

    @Test
    void nobodyBuildsOnADeleteThatIsNotDurable() {
        RecordKey key = keys.get(0);
        cluster.lose(envelope -> envelope.is(PeerMessage.Write.class) || envelope.is(ExchangeMessage.Compare.class));
        CausalContext seen = cluster.put(N3, key, 1, CausalContext.EMPTY, "acknowledged")
                .written()
                .context();
        cluster.run(10 * SECOND);
        cluster.shard(N1).compareAll();
        cluster.run(500 * MILLI);
        assertThat(cluster.sent.stream().filter(e -> e.is(ExchangeMessage.Compare.class)))
                .as("a round has taken n3's clock")
                .isNotEmpty();
        cluster.store(N3).slow();
        cluster.delete(N3, key, 1, seen);
        cluster.lose(envelope -> envelope.is(PeerMessage.Write.class));
        cluster.run(3 * SECOND);
        cluster.store(N3).forget();
        cluster.restart(N3, true);
        cluster.heal();
        cluster.store(N3).fast();
        cluster.run(30 * SECOND);
        assertEqualHomes();
        assertThat(cluster.stored(N1, key)).as("the delete never was").containsExactly("acknowledged");
    }

    @Test
    void aRecordThatOneDiskLostIsFoundAndComesBack() {
        RecordKey lost = keys.get(7);
        for (RecordKey key : keys) {
            cluster.put(N1, key, 3, CausalContext.EMPTY, "v").written();
        }
        cluster.store(N2).lose(lost);
        cluster.run(20 * SECOND);
        assertThat(cluster.stored(N2, lost)).as("trees and clocks are equal").isEmpty();
        cluster.shard(N2).compareAll();
        cluster.run(10 * SECOND);
        assertEqualHomes();
        assertThat(cluster.stored(N2, lost)).containsExactly("v");
        assertThat(cluster.shard(N2).exchanges().leavesDamaged()).isPositive();
    }

    @Test
    void aLossOfWhatNoOtherHomeKnewStaysKnownToBeOne() {
        RecordKey key = keys.get(7);
        cluster.lose(envelope -> envelope.is(PeerMessage.Write.class) || envelope.is(ExchangeMessage.class));
        cluster.put(N1, key, 1, CausalContext.EMPTY, "v").written();
        cluster.run(10 * SECOND);
        cluster.store(N1).lose(key);
        cluster.heal();
        cluster.shard(N1).compareAll();
        cluster.run(20 * SECOND);
        Replica replica = replica(N1, key.set());
        assertThat(replica.list(replica.leafOf(key)).proved())
                .as("the absence of the key is no proof that it was deleted")
                .isFalse();
    }

    @Test
    void aRecordThatCannotBeReadIsFoundAndComesBack() {
        for (RecordKey key : keys) {
            cluster.put(N1, key, 3, CausalContext.EMPTY, "v").written();
        }
        keys.forEach(key -> cluster.store(N3).corrupt(key));
        cluster.shard(N3).compareAll();
        cluster.run(60 * SECOND);
        assertEqualHomes();
        keys.forEach(key -> assertThat(cluster.stored(N3, key)).containsExactly("v"));
    }

    @Test
    void aForgottenTreeIsCountedAnewAndDeletesNothing() {
        for (RecordKey key : keys) {
            cluster.put(N1, key, 3, CausalContext.EMPTY, "v").written();
        }
        cluster.store(N2).forgetLeaves();
        cluster.restart(N2, true);
        cluster.run(20 * SECOND);
        cluster.shard(N2).compareAll();
        cluster.run(60 * SECOND);
        assertThat(cluster.count(Shard.Event.TREE_ALARM)).isPositive();
        assertEqualHomes();
        keys.forEach(key -> assertThat(cluster.stored(N2, key)).containsExactly("v"));
        assertThat(cluster.shard(N1).replica(keys.get(0).set()).readProved(keys.get(0)))
                .isNotNull();
    }

    @Test
    void aRoundWhosePeerIsStartedAnewTakesNothingOver() {
        writeWithoutN3();
        cluster.lose(envelope -> envelope.is(ExchangeMessage.AskLeaves.class));
        cluster.up(N3);
        cluster.run(SECOND);
        cluster.restart(N1, true);
        cluster.restart(N2, true);
        cluster.lose(envelope -> envelope.is(ExchangeMessage.Open.class));
        cluster.run(500 * MILLI);
        for (ReplicaSetId set : sets()) {
            assertThat(replica(N3, set).clock().covers(replica(N1, set).clock()))
                    .isFalse();
        }
        cluster.heal();
        cluster.run(60 * SECOND);
        assertEqualHomes();
    }

    @Test
    void whatIsWrittenWhileHomesAreComparedIsNeitherLostNorBroughtBack() {
        writeWithoutN3();
        cluster.latency(envelope -> envelope.is(PeerMessage.Write.class) ? 300 * MILLI : 7 * MILLI);
        cluster.up(N3);
        for (int i = 0; i < 200; i++) {
            RecordKey key = keys.get(i * 7 % KEYS);
            NodeId via = NODES.get(i % 3);
            if (i % 3 == 0) {
                cluster.delete(via, key, 2, null);
            } else {
                cluster.put(via, key, 2, CausalContext.EMPTY, "w" + i);
            }
            cluster.run(20 * MILLI);
        }
        cluster.run(60 * SECOND);
        assertEqualHomes();
    }

    @Test
    void theReportTellsOfEveryPair() {
        writeWithoutN3();
        ExchangeReport away = cluster.shard(N1).exchanges();
        assertThat(away.pairs()).isNotEmpty();
        cluster.up(N3);
        cluster.run(20 * SECOND);
        ExchangeReport report = cluster.shard(N3).exchanges();
        assertThat(report.pairs()).hasSize(2 * sets().size());
        assertThat(report.pairs()).allMatch(pair -> pair.reason().isEmpty() && pair.completedWallMillis() > 0);
        long repaired = NODES.stream()
                .flatMap(node -> cluster.shard(node).exchanges().pairs().stream())
                .mapToLong(ExchangeReport.Pair::keysRepaired)
                .sum();
        assertThat(repaired).isBetween(KEYS / 2L, 2L * KEYS);
        assertThat(report.oldestAgeMillis()).isBetween(0L, 12_000L);
    }
}
