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
import io.quorate.node.protocol.antientropy.ExchangeRules;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rule E9: what a lost disk took with it before anybody had it leaves a gap, which is closed, but never over a write. */
class GapsTest {
    private static final long SECOND = 1_000 * MILLI;
    private static final ExchangeSettings QUICK =
            new ExchangeSettings(2 * SECOND, 100 * MILLI, SECOND, SECOND, 2, 1 << 20, Long.MAX_VALUE);
    /** Its homes are n2, n1 and n3, in this order. */
    private static final RecordKey LOST = lost();

    private static final RecordKey LATER = beside(LOST);

    private TinyCluster cluster = new TinyCluster(QUICK, HintSettings.NONE);
    private int requests;

    private static RecordKey lost() {
        TinyCluster any = new TinyCluster();
        return IntStream.range(0, 1000)
                .mapToObj(i -> key("lost" + i))
                .filter(each ->
                        any.ring.preference(each.set().partition()).homes(3).equals(List.of(N2, N1, N3)))
                .findFirst()
                .orElseThrow();
    }

    /** Another key of the same partition. */
    private static RecordKey beside(RecordKey key) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> key("later" + i))
                .filter(other -> other.set().equals(key.set()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isWriteOf(RecordKey key, Envelope envelope) {
        return envelope.message() instanceof PeerMessage.Write write
                && write.key().equals(key);
    }

    private static boolean isAboutRetiring(Envelope envelope) {
        return envelope.is(ExchangeMessage.Retire.class) || envelope.is(ExchangeMessage.Retired.class);
    }

    private NodeId home(RecordKey key, int index) {
        return cluster.ring
                .preference(key.set().partition())
                .homes(key.set().n())
                .get(index);
    }

    private PartitionClock clock(NodeId node, ReplicaSetId set) {
        return cluster.shard(node).replica(set).clock();
    }

    /** One write that stays on n1's disk, one that all have and that is deleted again, and then n1's disk is lost. */
    private ActorId loseFirstWrite() {
        return loseFirstWrite(3);
    }

    private ActorId loseFirstWrite(int writes) {
        ActorId actor = cluster.shard(N1).replica(LOST.set()).actor();
        cluster.lose(envelope -> isWriteOf(LOST, envelope) || envelope.is(ExchangeMessage.class));
        cluster.put(N1, LOST, 1, CausalContext.EMPTY, "v").written();
        CausalContext seen =
                cluster.put(N1, LATER, 3, CausalContext.EMPTY, "w").written().context();
        cluster.delete(N1, LATER, 3, seen).written();
        assertThat(clock(N1, LOST.set()).top(actor)).isEqualTo(writes);
        cluster.wipe(N1);
        cluster.heal();
        assertThat(clock(N2, LOST.set()).gapped()).containsExactly(actor);
        return actor;
    }

    private void recover() {
        cluster.tellOfLoss(N1, true);
        cluster.run(5 * SECOND);
        assertThat(cluster.shard(N1).health().lagging()).isZero();
        cluster.tellOfLoss(N1, true);
    }

    private void assertGap(ActorId actor) {
        for (NodeId node : List.of(N2, N3)) {
            assertThat(clock(node, LOST.set()).gapped()).containsExactly(actor);
        }
    }

    @Test
    void aGapThatNobodyCanFillIsClosedAndWhatStoodAboveItGoes() {
        ActorId actor = loseFirstWrite();
        assertThat(cluster.store(N2).keysAfter(LATER.set(), null, 10))
                .as("what is known of the delete stays while the gap does")
                .containsExactly(LATER);
        recover();
        cluster.run(30 * SECOND);
        for (NodeId node : NODES) {
            assertThat(clock(node, LOST.set()).gapped()).isEmpty();
            assertThat(clock(node, LOST.set()).base(actor)).isEqualTo(3);
            assertThat(cluster.store(node).keysAfter(LATER.set(), null, 10))
                    .as("nothing is left at %s", node)
                    .isEmpty();
        }
        assertThat(cluster.count(Shard.Event.GAPS_CLOSED)).isPositive();
    }

    @Test
    void aHomeThatLagsHasTheGapStay() {
        ActorId actor = loseFirstWrite();
        cluster.run(30 * SECOND);
        assertThat(cluster.shard(N1).health().lagging()).isPositive();
        assertGap(actor);
    }

    @Test
    void aNodeThatIsAwayHasTheGapStay() {
        ActorId actor = loseFirstWrite();
        cluster.lose(envelope -> envelope.is(ExchangeMessage.Retire.class));
        recover();
        cluster.down(N3);
        cluster.heal();
        cluster.run(30 * SECOND);
        assertGap(actor);
        cluster.up(N3);
        cluster.run(30 * SECOND);
        assertThat(clock(N3, LOST.set()).gapped()).isEmpty();
    }

    @Test
    void whoMayStillWriteIsNotRetired() {
        ActorId actor = cluster.shard(N1).replica(LOST.set()).actor();
        cluster.lose(envelope ->
                isWriteOf(LOST, envelope) || (envelope.is(ExchangeMessage.class) && !isAboutRetiring(envelope)));
        cluster.put(N1, LOST, 1, CausalContext.EMPTY, "v").written();
        cluster.put(N1, LATER, 3, CausalContext.EMPTY, "w").written();
        cluster.run(30 * SECOND);
        assertGap(actor);
        assertThat(cluster.sent.stream().filter(envelope -> envelope.is(ExchangeMessage.Retired.class)))
                .as("it was asked")
                .isNotEmpty();
        for (NodeId node : NODES) {
            assertThat(cluster.store(node).retired()).isEmpty();
        }
        cluster.heal();
        cluster.run(10 * SECOND);
        assertThat(cluster.stored(N2, LOST)).containsExactly("v");
    }

    /** The acknowledgement of a write that is said to come from the retired actor's coordinator. */
    private Status answerTo(Dot dot, PeerMessage.Origin origin) {
        Version version = new Version(dot, Bytes.ofUtf8("late"), "text/plain", 0, Bytes.ofUtf8("r"));
        cluster.sent.clear();
        cluster.shard(N2)
                .onMessage(
                        N1,
                        new PeerMessage.Write(
                                77,
                                LOST,
                                VersionRules.STANDARD.put(CausalContext.EMPTY, version),
                                origin,
                                null,
                                1000,
                                1),
                        cluster.now());
        cluster.settle();
        return cluster.sent.stream()
                .map(Envelope::message)
                .filter(message -> message instanceof PeerMessage.WriteAck ack && ack.id() == 77)
                .map(message -> ((PeerMessage.WriteAck) message).status())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatWasPromisedHoldsAfterAStart() {
        ActorId actor = loseFirstWrite();
        // One home's answers are lost, and its own questions: all others have promised, and nothing is closed.
        cluster.lose(envelope -> envelope.from().equals(N3)
                && (envelope.is(ExchangeMessage.Retired.class) || envelope.is(ExchangeMessage.Retire.class)));
        recover();
        cluster.run(30 * SECOND);
        assertGap(actor);
        assertThat(cluster.store(N2).retired()).containsExactly(new RetiredActor(LOST.set(), actor));
        assertThat(answerTo(new Dot(actor, 1), PeerMessage.Origin.NEW)).isEqualTo(Status.RETIRED);
        cluster.restart(N2, true);
        assertThat(answerTo(new Dot(actor, 1), PeerMessage.Origin.NEW)).isEqualTo(Status.RETIRED);
        assertThat(cluster.stored(N2, LOST)).isEmpty();
        assertThat(answerTo(new Dot(actor, 1), PeerMessage.Origin.COPY))
                .as("what some home has may always be told")
                .isEqualTo(Status.OK);
    }

    @Test
    void whatComesWhileThePromiseIsOnItsWayIsRefusedToo() {
        ActorId actor = loseFirstWrite();
        cluster.store(N2).slow();
        cluster.shard(N2)
                .onMessage(
                        N3,
                        new ExchangeMessage.Retire(
                                9,
                                LOST.set(),
                                cluster.ring.epoch(),
                                clock(N3, LOST.set()).of(actor)),
                        cluster.now());
        assertThat(cluster.store(N2).retired()).isEmpty();
        assertThat(answerTo(new Dot(actor, 1), PeerMessage.Origin.NEW)).isEqualTo(Status.RETIRED);
        cluster.store(N2).fast();
        cluster.settle();
        assertThat(cluster.store(N2).retired()).hasSize(1);
    }

    @Test
    void nothingNewIsKeptForOthersEither() {
        ActorId actor = loseFirstWrite();
        cluster.store(N2).commit(Commit.ofRetired(1, new RetiredActor(LOST.set(), actor)));
        cluster.restart(N2, true);
        Version version = new Version(new Dot(actor, 1), Bytes.ofUtf8("late"), "text/plain", 0, Bytes.ofUtf8("r"));
        cluster.sent.clear();
        cluster.shard(N2)
                .onMessage(
                        N1,
                        new PeerMessage.KeepHint(
                                77,
                                N3,
                                LOST,
                                VersionRules.STANDARD.put(CausalContext.EMPTY, version),
                                PeerMessage.Origin.NEW,
                                true,
                                cluster.ring.epoch()),
                        cluster.now());
        assertThat(cluster.sent)
                .extracting(Envelope::message)
                .containsExactly(new PeerMessage.WriteAck(77, LOST.set().partition(), Status.RETIRED));
        assertThat(cluster.shard(N2).counts().hints()).isZero();
    }

    @Test
    void aRequestThatWasTakenBeforeIsRepeatedWhoeverMadeIt() {
        KeyRequest.RequestId request = new KeyRequest.RequestId(Bytes.ofUtf8("once"), true);
        RecordKey key = beside(LATER);
        // While the key's first home is away n1 makes the write, and the first home is told of it as soon as it is
        // back.
        assertThat(home(key, 0)).isEqualTo(N2);
        cluster.down(N2);
        cluster.put(N1, key, 2, CausalContext.EMPTY, "v", request).written();
        cluster.up(N2);
        cluster.run(SECOND);
        ActorId actor = loseFirstWrite(4);
        cluster.lose(envelope -> envelope.is(ExchangeMessage.Retired.class)
                && envelope.from().equals(N3)
                && !envelope.to().equals(N3));
        recover();
        cluster.run(30 * SECOND);
        assertThat(cluster.store(N1).retired()).containsExactly(new RetiredActor(LOST.set(), actor));
        cluster.put(N2, key, 3, CausalContext.EMPTY, "v", request).written();
        assertThat(cluster.stored(N3, key)).containsExactly("v");
    }

    @Test
    void aLivingActorThatOthersHaveRetiredEnds() {
        ActorId actor = cluster.shard(N1).replica(LOST.set()).actor();
        for (NodeId node : List.of(N2, N3)) {
            cluster.store(node).commit(Commit.ofRetired(1, new RetiredActor(LOST.set(), actor)));
            cluster.restart(node, true);
        }
        cluster.put(N1, LOST, 2, CausalContext.EMPTY, "v").refused();
        assertThat(cluster.shard(N1).replica(LOST.set()).actor()).isNotEqualTo(actor);
        cluster.put(N1, LATER, 3, CausalContext.EMPTY, "w").written();
    }

    @Test
    void aRetiredActorIsNotTakenUpAgain() {
        cluster.put(N1, LOST, 3, CausalContext.EMPTY, "v").written();
        ActorId actor = cluster.shard(N1).replica(LOST.set()).actor();
        // Its node had ended it, but died before it wrote down under which name it goes on.
        cluster.store(N1).commit(Commit.ofRetired(1, new RetiredActor(LOST.set(), actor)));
        cluster.restart(N1, true);
        assertThat(cluster.shard(N1).replica(LOST.set()).actor()).isNotEqualTo(actor);
    }

    /** What one home of two missed is kept at the third node, and cannot be handed over; who made it loses its disk. */
    private RecordKey keepElsewhere(ExchangeRules rules) {
        cluster = new TinyCluster(QUICK, HintSettings.DEFAULT, rules);
        RecordKey kept = ofTwo(LOST);
        RecordKey later = ofTwo(LATER);
        NodeId maker = home(kept, 0);
        cluster.lose(envelope -> isWriteOf(kept, envelope) || envelope.is(ExchangeMessage.class));
        assertThat(put(maker, kept, 2, "v").written().reached().hinted()).isEqualTo(1);
        put(maker, later, 2, "w").written();
        cluster.wipe(maker);
        cluster.lose(envelope -> isWriteOf(kept, envelope));
        cluster.run(2 * SECOND);
        cluster.tellOfLoss(maker, true);
        cluster.run(30 * SECOND);
        assertThat(cluster.shard(maker).health().lagging()).isZero();
        cluster.heal();
        return kept;
    }

    private static RecordKey ofTwo(RecordKey key) {
        return new RecordKey(
                new ReplicaSetId(2, key.set().partition()), key.token(), key.bucket(), key.generation(), key.key());
    }

    private TinyCluster.Call put(NodeId via, RecordKey key, int need, String value) {
        return cluster.submit(
                via,
                new KeyRequest.Put(
                        new KeyAddress(key, ReadRepair.BLOCKING, 100, Conflicts.SIBLINGS, true),
                        need,
                        CausalContext.EMPTY,
                        Bytes.ofUtf8(value),
                        "text/plain",
                        new KeyRequest.RequestId(Bytes.ofUtf8("request " + ++requests), false)));
    }

    @Test
    void whatSomebodyKeepsFillsTheGap() {
        RecordKey kept = keepElsewhere(ExchangeRules.STANDARD);
        assertThat(cluster.count(Shard.Event.GAPS_CLOSED)).isZero();
        cluster.run(30 * SECOND);
        for (int home = 0; home < 2; home++) {
            assertThat(cluster.stored(home(kept, home), kept)).containsExactly("v");
            assertThat(clock(home(kept, home), kept.set()).gapped()).isEmpty();
        }
    }

    /** The hint is handed over when the home has agreed and its holder has not been asked yet. */
    private RecordKey handOverBetweenAnswers(ExchangeRules rules) {
        cluster = new TinyCluster(QUICK, HintSettings.DEFAULT, rules);
        RecordKey kept = ofTwo(LOST);
        NodeId maker = home(kept, 0);
        NodeId other = home(kept, 1);
        NodeId holder = NODES.stream()
                .filter(node -> !node.equals(maker) && !node.equals(other))
                .findFirst()
                .orElseThrow();
        cluster.lose(envelope -> isWriteOf(kept, envelope) || envelope.is(ExchangeMessage.class));
        put(maker, kept, 2, "v").written();
        put(maker, ofTwo(LATER), 2, "w").written();
        cluster.wipe(maker);
        cluster.latency(envelope ->
                envelope.is(ExchangeMessage.Retire.class) && envelope.to().equals(holder) ? 4_500 * MILLI : 0);
        // From when the holder is asked on it can hand over, and homes tell each other nothing of it.
        cluster.lose(envelope -> {
            boolean asked = cluster.sent.stream()
                    .anyMatch(each ->
                            each.is(ExchangeMessage.Retire.class) && each.to().equals(holder));
            return asked ? envelope.is(ExchangeMessage.class) && !isAboutRetiring(envelope) : isWriteOf(kept, envelope);
        });
        cluster.tellOfLoss(maker, true);
        cluster.run(40 * SECOND);
        cluster.heal();
        cluster.latency(envelope -> 0);
        cluster.run(30 * SECOND);
        return kept;
    }

    @Test
    void whatWasHandedOverMeanwhileFillsTheGap() {
        RecordKey kept = handOverBetweenAnswers(ExchangeRules.STANDARD);
        for (int home = 0; home < 2; home++) {
            assertThat(cluster.stored(home(kept, home), kept)).containsExactly("v");
        }
    }

    /** Shows that the test above can fail: the homes are not asked again. */
    @Test
    void whoDoesNotAskTheHomesAgainLosesWhatWasHandedOverMeanwhile() {
        RecordKey kept = handOverBetweenAnswers(new ExchangeRules() {
            @Override
            public Collection<NodeId> mustAgree(List<NodeId> homes) {
                return homes.subList(0, 1);
            }
        });
        assertThat(cluster.count(Shard.Event.GAPS_CLOSED)).isPositive();
        for (int home = 0; home < 2; home++) {
            assertThat(cluster.stored(home(kept, home), kept)).isEmpty();
        }
    }

    /** Shows that the test before can fail. */
    @Test
    void whoDoesNotAskThoseThatKeepWritesLosesThem() {
        RecordKey kept = keepElsewhere(new ExchangeRules() {
            @Override
            public Collection<NodeId> mayKeepWrites(Collection<NodeId> all, Collection<NodeId> homes) {
                return homes;
            }
        });
        assertThat(cluster.count(Shard.Event.GAPS_CLOSED)).isPositive();
        cluster.run(30 * SECOND);
        for (int home = 0; home < 2; home++) {
            assertThat(cluster.stored(home(kept, home), kept)).isEmpty();
        }
    }
}
