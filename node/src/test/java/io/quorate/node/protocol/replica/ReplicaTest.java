package io.quorate.node.protocol.replica;

import static io.quorate.node.fixture.ReplicaRig.dotOf;
import static io.quorate.node.fixture.ReplicaRig.only;
import static io.quorate.node.fixture.TestKeys.dot;
import static io.quorate.node.fixture.TestKeys.keyIn;
import static io.quorate.node.fixture.TestKeys.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.ManualStore;
import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static final int PARTITION = 3;
    private static final RecordKey ALICE = keyIn(PARTITION, 0);
    private static final RecordKey BOB = keyIn(PARTITION, 1);

    private final ManualStore disk = new ManualStore();
    private final ReplicaRig rig = new ReplicaRig("n1", PARTITION, disk);

    @Test
    void aChangeOnItsWayToTheDiskIsSeenByWritersAndByNoReader() {
        disk.slow();
        VersionedObject put = rig.put(ALICE, CausalContext.EMPTY, "v1");
        assertThat(rig.values(ALICE)).isEmpty();
        assertThat(rig.replica().read(ALICE).digest()).isEqualTo(KeyState.EMPTY.digest());
        assertThat(ReplicaRig.values(rig.replica().newest(ALICE))).containsExactly("v1");
        rig.put(ALICE, only(dotOf(put)), "v2");
        assertThat(ReplicaRig.values(rig.replica().newest(ALICE))).containsExactly("v2");
        disk.completeOne();
        rig.take();
        assertThat(rig.values(ALICE)).containsExactly("v1");
        disk.completeOne();
        rig.take();
        assertThat(rig.values(ALICE)).containsExactly("v2");
        assertThat(rig.replica().idle()).isTrue();
    }

    @Test
    @Tag("C3")
    void aContextThatReadersGetNeverClaimsDotsThatAreNotDurable() {
        rig.put(ALICE, CausalContext.EMPTY, "v1");
        rig.settle();
        disk.slow();
        Dot pendingElsewhere = dotOf(rig.put(BOB, CausalContext.EMPTY, "other"));
        assertThat(rig.replica().read(ALICE).context().covers(pendingElsewhere)).isFalse();
        Dot pendingHere = dotOf(rig.put(ALICE, rig.replica().read(ALICE).context(), "v2"));
        for (RecordKey key : List.of(ALICE, BOB)) {
            CausalContext shown = rig.replica().read(key).context();
            assertThat(shown.covers(pendingElsewhere)).isFalse();
            assertThat(shown.covers(pendingHere)).isFalse();
        }
        assertThat(rig.replica().newest(ALICE).context().covers(pendingElsewhere))
                .isTrue();
        disk.completeAll();
        rig.settle();
        assertThat(rig.replica().read(ALICE).context().covers(pendingHere)).isTrue();
    }

    @Test
    void whoeverIsShownAVersionCoversItByWriting() {
        // The live dot lies beyond a gap, so that no clock vouches for it.
        apply("n2", 5, CausalContext.EMPTY, "late");
        rig.settle();
        KeyState shown = rig.replica().read(ALICE);
        rig.put(ALICE, shown.context(), "resolved");
        rig.settle();
        assertThat(rig.values(ALICE)).containsExactly("resolved");
    }

    @Test
    void applyingTheSameObjectAgainChangesNothing() {
        VersionedObject put = rig.put(ALICE, CausalContext.EMPTY, "v1");
        VersionedObject delete =
                VersionRules.STANDARD.delete(only(dot("n3", PARTITION, 1, 1)), dot("n2", PARTITION, 1, 1));
        rig.apply(BOB, delete);
        rig.settle();
        int commits = disk.commits();
        String clock = rig.replica().clock().toString();
        assertThat(rig.replica().apply(ALICE, put, null)).isZero();
        assertThat(rig.replica().apply(BOB, delete, null)).isZero();
        assertThat(rig.replica().apply(ALICE, rig.filled(ALICE), null)).isZero();
        assertThat(disk.commits()).isEqualTo(commits);
        assertThat(rig.replica().clock()).hasToString(clock);
    }

    @Test
    void applyingAgainWhatIsOnItsWayWaitsForTheSameCommit() {
        disk.slow();
        VersionedObject put = rig.made(CausalContext.EMPTY, "v1");
        long first = rig.replica().applyOwn(ALICE, put, null, Integer.MAX_VALUE);
        assertThat(first).isPositive();
        assertThat(rig.replica().apply(ALICE, put, null)).isEqualTo(first);
        assertThat(disk.waiting()).isEqualTo(1);
    }

    @Test
    void aDeletedKeyLeavesNothingBehind() {
        rig.put(ALICE, CausalContext.EMPTY, "v1");
        rig.settle();
        rig.delete(ALICE, rig.replica().read(ALICE).context());
        rig.settle();
        assertThat(disk.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10)).isEmpty();
        assertThat(disk.open(set(PARTITION)).remnants()).isEmpty();
        assertThat(disk.open(set(PARTITION)).leaves().get(rig.replica().leafOf(ALICE)))
                .isEqualTo(LeafTable.Sum.ZERO);
        assertThat(rig.replica().keys()).isZero();
        assertThat(rig.replica().versions()).isZero();
    }

    @Test
    void aLateCopyOfADeletedWriteDoesNotBringItBack() {
        VersionedObject put = rig.put(ALICE, CausalContext.EMPTY, "v1");
        rig.settle();
        rig.delete(ALICE, rig.replica().read(ALICE).context());
        rig.settle();
        rig.apply(ALICE, put);
        rig.reopen(true);
        rig.apply(ALICE, put);
        rig.settle();
        assertThat(rig.values(ALICE)).isEmpty();
        rig.put(ALICE, CausalContext.EMPTY, "new life");
        rig.apply(ALICE, put);
        rig.settle();
        assertThat(rig.values(ALICE)).containsExactly("new life");
    }

    @Test
    void aDeleteBeyondAGapLeavesARemnantUntilTheGapIsClosed() {
        VersionedObject second = foreign("n2", 2, CausalContext.EMPTY, "late");
        VersionedObject delete =
                VersionRules.STANDARD.delete(only(dot("n2", PARTITION, 1, 2)), dot("n2", PARTITION, 1, 3));
        rig.apply(ALICE, delete);
        rig.settle();
        assertThat(disk.open(set(PARTITION)).remnants()).containsOnlyKeys(ALICE);
        rig.apply(ALICE, second);
        rig.settle();
        assertThat(rig.values(ALICE))
                .as("the remnant knows the write as deleted")
                .isEmpty();
        rig.put(keyIn(PARTITION, 5), CausalContext.EMPTY, "moves another base");
        rig.settle();
        assertThat(rig.replica().sweep(10)).isZero();
        apply(BOB, "n2", 1, "closes the gap");
        assertThat(rig.replica().sweep(10))
                .as("what is on its way may yet change")
                .isPositive();
        rig.settle();
        assertThat(disk.open(set(PARTITION)).remnants()).isEmpty();
        assertThat(disk.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10))
                .containsExactlyInAnyOrder(BOB, keyIn(PARTITION, 5));
        rig.apply(ALICE, second);
        rig.settle();
        assertThat(rig.values(ALICE)).isEmpty();
    }

    @Test
    void remnantsAreSweptAfterARestartAndAFewAtATime() {
        for (int i = 0; i < 10; i++) {
            VersionedObject delete = VersionRules.STANDARD.delete(CausalContext.EMPTY, dot("n2", PARTITION, 1, 2 + i));
            rig.apply(keyIn(PARTITION, i), delete);
        }
        rig.settle();
        rig.reopen(true);
        apply(keyIn(PARTITION, 20), "n2", 1, "closes the gap");
        rig.settle();
        rig.replica().sweep(4);
        rig.settle();
        assertThat(disk.open(set(PARTITION)).remnants()).hasSize(6);
        rig.replica().sweep(100);
        rig.settle();
        assertThat(disk.open(set(PARTITION)).remnants()).isEmpty();
        assertThat(rig.replica().sweep(100)).isZero();
    }

    @Test
    void tenThousandPutsAndDeletesOfOneKeyLeaveBoundedMetadata() {
        for (int i = 0; i < 10_000; i++) {
            if (i % 2 == 0) {
                rig.put(
                        ALICE,
                        i % 4 == 0
                                ? CausalContext.EMPTY
                                : rig.replica().newest(ALICE).context(),
                        "v" + i);
            } else {
                rig.delete(ALICE, rig.replica().newest(ALICE).context());
            }
        }
        rig.settle();
        Commit.Header header = Objects.requireNonNull(disk.open(set(PARTITION)).header());
        assertThat(header.clock().length()).isLessThan(40);
        assertThat(disk.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10)).isEmpty();
        CausalContext context = rig.replica().read(ALICE).context();
        assertThat(context.vector().size()).isEqualTo(1);
        assertThat(context.dots()).isEmpty();
    }

    @Test
    void aWriteBeyondTheSiblingCapIsRefusedAndChangesNothing() {
        for (int i = 0; i < 3; i++) {
            assertThat(rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, "v" + i), null, 3))
                    .isPositive();
        }
        rig.settle();
        Dot next = rig.replica().nextDot();
        int commits = disk.commits();
        assertThat(rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, "v3"), null, 3))
                .isEqualTo(-1);
        assertThat(rig.replica().nextDot()).isEqualTo(next);
        assertThat(disk.commits()).isEqualTo(commits);
        assertThat(rig.values(ALICE)).containsExactly("v0", "v1", "v2");
        CausalContext seen = rig.replica().read(ALICE).context();
        assertThat(rig.replica().applyOwn(ALICE, rig.made(seen, "merged"), null, 3))
                .isPositive();
        rig.settle();
        assertThat(rig.values(ALICE)).containsExactly("merged");
    }

    @Test
    void retriesThatAreShownOnceCountOnceAgainstTheCap() {
        rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, "a", "same"), null, 2);
        rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, "a", "same"), null, 2);
        assertThat(rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, "b", "other"), null, 2))
                .isPositive();
        assertThat(rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, "c", "third"), null, 2))
                .isEqualTo(-1);
    }

    @Test
    void whatOtherHomesSendIsExemptFromTheCap() {
        for (int i = 0; i < 150; i++) {
            apply("n2", 1 + i, CausalContext.EMPTY, "v" + i);
        }
        rig.settle();
        assertThat(rig.replica().read(ALICE).versions()).hasSize(150);
    }

    @Test
    void siblingsMayTogetherNotExceedTheByteCap() {
        String large = "x".repeat(9 << 20);
        assertThat(rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, large, "r1"), null, 100))
                .isPositive();
        assertThat(rig.replica().applyOwn(ALICE, rig.made(CausalContext.EMPTY, large, "r2"), null, 100))
                .isEqualTo(-1);
        rig.settle();
        CausalContext seen = rig.replica().read(ALICE).context();
        assertThat(rig.replica().applyOwn(ALICE, rig.made(seen, large, "r3"), null, 100))
                .isPositive();
    }

    @Test
    void aContextThatClaimsDotsNeverIssuedIsNoticed() {
        Dot issued = dotOf(rig.put(ALICE, CausalContext.EMPTY, "v1"));
        Dot future = new Dot(issued.actor(), 2);
        assertThat(rig.replica().claimsFuture(only(issued))).isFalse();
        assertThat(rig.replica().claimsFuture(only(future))).isTrue();
        assertThat(rig.replica().claimsFuture(only(issued).with(future))).isTrue();
        assertThat(rig.replica().claimsFuture(only(dot("n9", PARTITION, 1, 1_000))))
                .isFalse();
    }

    @Test
    void countsFollowKeysAndVersionsAndSurviveARestart() {
        rig.put(ALICE, CausalContext.EMPTY, "v1");
        rig.put(ALICE, CausalContext.EMPTY, "v2");
        rig.put(BOB, CausalContext.EMPTY, "v3");
        rig.settle();
        for (int round = 0; round < 2; round++) {
            assertThat(rig.replica().keys()).isEqualTo(2);
            assertThat(rig.replica().versions()).isEqualTo(3);
            rig.reopen(true);
        }
        rig.delete(ALICE, rig.replica().read(ALICE).context());
        rig.settle();
        assertThat(rig.replica().keys()).isEqualTo(1);
        assertThat(rig.replica().versions()).isEqualTo(1);
    }

    @Test
    void aRequestIsFoundAsSoonAsItIsTakenAndAfterARestart() {
        disk.slow();
        Bytes id = Bytes.wrap(new byte[16]);
        VersionedObject put = rig.made(CausalContext.EMPTY, "v1");
        Commit.RequestEntry entry = new Commit.RequestEntry(id, 7, 99, dotOf(put), CausalContext.EMPTY);
        rig.replica().applyOwn(ALICE, put, entry, Integer.MAX_VALUE);
        assertThat(rig.replica().findRequest(id, 7)).isEqualTo(entry);
        disk.completeAll();
        rig.settle();
        assertThat(rig.replica().findRequest(id, 8)).isEqualTo(entry);
        assertThat(rig.replica().findRequest(id, 9)).isNull();
        assertThat(rig.reopen(true).replica().findRequest(id, 7)).isEqualTo(entry);
    }

    @Test
    void completionsOutOfOrderAreAnError() {
        disk.slow();
        rig.put(ALICE, CausalContext.EMPTY, "v1");
        rig.put(ALICE, CausalContext.EMPTY, "v2");
        assertThatThrownBy(() -> rig.replica().durable(2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReplicaThatCanProveItsDiskGoesOnAsTheSameActor() {
        Dot first = dotOf(rig.put(ALICE, CausalContext.EMPTY, "v1"));
        rig.settle();
        rig.reopen(true);
        assertThat(rig.replica().nextDot()).isEqualTo(new Dot(first.actor(), 2));
        assertThat(rig.replica().persistActor()).isZero();
    }

    @Test
    void aReplicaThatCannotProveItsDiskIsANewActorForEver() {
        Dot first = dotOf(rig.put(ALICE, CausalContext.EMPTY, "v1"));
        rig.settle();
        rig.reopen(false);
        Dot second = rig.replica().nextDot();
        assertThat(second.actor()).isNotEqualTo(first.actor());
        assertThat(second.counter()).isEqualTo(1);
        assertThat(rig.replica().clock().contains(first)).isTrue();
        assertThat(rig.replica().persistActor()).isPositive();
        rig.settle();
        rig.reopen(true);
        assertThat(rig.replica().nextDot()).as("also if it never wrote").isEqualTo(second);
    }

    @Test
    @Tag("C1")
    void noDotIsDurableTwiceWhateverIsLostInCrashes() {
        Random random = new Random(4);
        Set<Dot> durable = new HashSet<>();
        disk.slow();
        for (int run = 0; run < 60; run++) {
            for (int i = random.nextInt(10); i > 0; i--) {
                Dot dot = dotOf(rig.put(keyIn(PARTITION, random.nextInt(4)), CausalContext.EMPTY, "v"));
                if (random.nextBoolean()) {
                    disk.completeAll();
                    rig.settle();
                    assertThat(durable.add(dot)).as("%s is new", dot).isTrue();
                    assertThat(rig.replica().clock().contains(dot)).isTrue();
                } else {
                    disk.forget();
                    rig.reopen(random.nextBoolean());
                }
            }
        }
        durable.forEach(dot -> assertThat(rig.replica().clock().contains(dot))
                .as("%s is known", dot)
                .isTrue());
    }

    @Test
    void aBucketIsRemovedAFewKeysAtATimeAndItsLeavesWithIt() {
        for (int i = 0; i < 10; i++) {
            rig.put(keyIn(PARTITION, i), CausalContext.EMPTY, "v" + i);
        }
        RecordKey kept = keyIn("other", 1, PARTITION, 0);
        rig.put(kept, CausalContext.EMPTY, "kept");
        rig.settle();
        disk.corrupt(keyIn(PARTITION, 9));
        Drop first = rig.replica().dropBucket(TestKeys.BUCKET, 1, null, 6);
        rig.settle();
        int left = disk.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 20).size();
        assertThat(left).isBetween(4, 5);
        assertThat(first.next()).isNotNull();
        Drop second = rig.replica().dropBucket(TestKeys.BUCKET, 1, first.next(), 6);
        rig.settle();
        assertThat(second.next()).as("all eleven keys have been looked at").isNull();
        assertThat(disk.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 20)).isEmpty();
        assertThat(rig.replica().dropBucket(TestKeys.BUCKET, 1, null, 6)).isEqualTo(new Drop(0, null, false));
        assertThat(rig.values(kept)).containsExactly("kept");
        for (int i = 0; i < 9; i++) {
            assertThat(disk.verifyLeaf(set(PARTITION), rig.replica().leafOf(keyIn(PARTITION, i))))
                    .isTrue();
        }
    }

    @Test
    void keysWithChangesOnTheirWayAreLeftForTheNextRoundOfARemoval() {
        rig.put(ALICE, CausalContext.EMPTY, "v1");
        rig.settle();
        disk.slow();
        rig.put(ALICE, CausalContext.EMPTY, "v2");
        assertThat(rig.replica().dropBucket(TestKeys.BUCKET, 1, null, 6)).isEqualTo(new Drop(0, null, true));
        disk.completeAll();
        rig.settle();
        assertThat(rig.replica().dropBucket(TestKeys.BUCKET, 1, null, 6).commit())
                .isPositive();
    }

    private void apply(String node, long counter, CausalContext seen, String value) {
        rig.apply(ALICE, foreign(node, counter, seen, value));
    }

    private void apply(RecordKey key, String node, long counter, String value) {
        rig.apply(key, foreign(node, counter, CausalContext.EMPTY, value));
    }

    private static VersionedObject foreign(String node, long counter, CausalContext seen, String value) {
        Version version = TestKeys.version(dot(node, PARTITION, 1, counter), value);
        return VersionRules.STANDARD.put(seen, version);
    }

    /** Kept beside the others so that incarnations of several replicas of a test never meet. */
    static ReplicaRig replicaOf(String node, ManualStore store, AtomicLong incarnations) {
        return new ReplicaRig(node, set(PARTITION), store, incarnations);
    }
}
