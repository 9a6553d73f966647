package io.quorate.node.protocol.replica;

import static io.quorate.node.fixture.ReplicaRig.only;
import static io.quorate.node.fixture.TestKeys.keyIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.ManualStore;
import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three homes of one partition, of which one loses what it had, or comes back from the past. */
class DamagedReplicaTest {
    private static final int PARTITION = 3;
    private static final RecordKey ALICE = keyIn(PARTITION, 0);
    private static final RecordKey BOB = keyIn(PARTITION, 1);

    private final AtomicLong incarnations = new AtomicLong(100);
    private final ManualStore disk = new ManualStore();
    private final ReplicaRig one = ReplicaTest.replicaOf("n1", disk, incarnations);
    private final ManualStore secondDisk = new ManualStore();
    private final ReplicaRig two = ReplicaTest.replicaOf("n2", secondDisk, incarnations);
    private final ReplicaRig three = ReplicaTest.replicaOf("n3", new ManualStore(), incarnations);

    private VersionedObject everywhere(RecordKey key, VersionedObject object) {
        for (ReplicaRig rig : List.of(one, two, three)) {
            rig.apply(key, object);
            rig.settle();
        }
        return object;
    }

    private void repair(ReplicaRig from, ReplicaRig to) {
        to.apply(ALICE, from.filled(ALICE));
        to.settle();
    }

    private VersionedObject mergedFromOthers() {
        return VersionedObject.of(VersionRules.STANDARD.merge(
                two.replica().read(ALICE), three.replica().read(ALICE)));
    }

    @Test
    @Tag("C9")
    void anAbsenceIsProvedOnlyWhereNothingWasLost() {
        everywhere(ALICE, one.made(CausalContext.EMPTY, "v1"));
        assertThat(one.replica().readProved(ALICE)).isNotNull();
        disk.lose(ALICE);
        assertThat(one.values(ALICE)).isEmpty();
        assertThat(one.replica().readProved(ALICE)).isNull();
    }

    @Test
    void aLostRecordIsPutBackAndItsLeafProvesAgain() {
        everywhere(ALICE, one.made(CausalContext.EMPTY, "v1"));
        everywhere(BOB, one.made(CausalContext.EMPTY, "b1"));
        disk.lose(ALICE);
        one.reopen(true);
        one.replica().restore(ALICE, mergedFromOthers());
        one.settle();
        assertThat(one.replica().readProved(ALICE)).isEqualTo(one.replica().read(ALICE));
        assertThat(one.values(ALICE)).containsExactly("v1");
        assertThat(one.replica().keys()).isEqualTo(2);
        assertThat(one.replica().versions()).isEqualTo(2);
    }

    @Test
    void aCorruptRecordIsPutBackAndItsLeafProvesAgain() {
        everywhere(ALICE, one.made(CausalContext.EMPTY, "v1"));
        disk.corrupt(ALICE);
        Dot next = one.replica().nextDot();
        String clock = one.replica().clock().toString();
        assertThatThrownBy(() -> one.replica().read(ALICE)).isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> one.put(ALICE, CausalContext.EMPTY, "v2")).isInstanceOf(CorruptRecordException.class);
        assertThat(one.replica().nextDot()).isEqualTo(next);
        assertThat(one.replica().clock()).hasToString(clock);
        one.replica().restore(ALICE, mergedFromOthers());
        one.settle();
        assertThat(one.replica().readProved(ALICE)).isNotNull();
        assertThat(one.values(ALICE)).containsExactly("v1");
        assertThat(one.replica().keys()).isEqualTo(1);
        assertThat(one.replica().versions()).isEqualTo(1);
    }

    @Test
    void aRestorationThatDoesNotKnowWhatIsHereAloneIsRefusedAndChangesNothing() {
        everywhere(ALICE, one.made(CausalContext.EMPTY, "v1"));
        disk.lose(ALICE);
        VersionedObject here = one.put(ALICE, CausalContext.EMPTY, "only here");
        one.settle();
        VersionedObject early = mergedFromOthers();
        int commits = disk.commits();
        assertThatThrownBy(() -> one.replica().restore(ALICE, early)).isInstanceOf(CorruptRecordException.class);
        assertThat(disk.commits()).isEqualTo(commits);
        assertThat(one.values(ALICE)).containsExactly("only here");
        two.apply(ALICE, here);
        two.settle();
        one.replica().restore(ALICE, mergedFromOthers());
        one.settle();
        assertThat(one.values(ALICE)).containsExactlyInAnyOrder("v1", "only here");
        assertThat(one.replica().readProved(ALICE)).isNotNull();
    }

    @Test
    void aRestoreThatComesLateOrTwiceBringsNothingBack() {
        VersionedObject put = everywhere(ALICE, one.made(CausalContext.EMPTY, "v1"));
        disk.lose(ALICE);
        VersionedObject restore = mergedFromOthers();
        one.replica().restore(ALICE, restore);
        one.settle();
        everywhere(
                ALICE,
                VersionRules.STANDARD.delete(
                        only(ReplicaRig.dotOf(put)), one.replica().nextDot()));
        assertThat(one.values(ALICE)).isEmpty();
        one.replica().restore(ALICE, restore);
        one.settle();
        assertThat(one.values(ALICE)).isEmpty();
        assertThat(one.replica().readProved(ALICE)).isNotNull();
        assertThat(one.replica().keys()).isZero();
    }

    @Test
    void aCoordinatorThatLostItsCopyDropsNothingElsewhereByWriting() {
        everywhere(ALICE, one.made(CausalContext.EMPTY, "old"));
        disk.lose(ALICE);
        VersionedObject blind = one.put(ALICE, CausalContext.EMPTY, "new");
        one.settle();
        two.apply(ALICE, blind);
        two.settle();
        assertThat(two.values(ALICE)).containsExactlyInAnyOrder("old", "new");
        assertThat(one.replica().readProved(ALICE))
                .as("it may not speak of absences")
                .isNull();
        three.apply(ALICE, blind);
        three.settle();
        one.replica().restore(ALICE, mergedFromOthers());
        one.settle();
        repair(one, two);
        repair(two, three);
        for (ReplicaRig rig : List.of(one, two, three)) {
            assertThat(rig.values(ALICE)).containsExactlyInAnyOrder("old", "new");
        }
    }

    @Test
    void aLateCopyOfAnOldWriteDoesNotDisturbAKeyThatWasMadeAnew() {
        VersionedObject old = one.put(ALICE, CausalContext.EMPTY, "old");
        one.settle();
        VersionedObject delete = one.delete(ALICE, only(ReplicaRig.dotOf(old)));
        one.settle();
        two.apply(ALICE, delete);
        two.settle();
        VersionedObject again = one.put(ALICE, CausalContext.EMPTY, "new");
        one.settle();
        two.apply(ALICE, again);
        // Only now a stand-in hands over what it had taken for the second home.
        two.apply(ALICE, old);
        two.settle();
        assertThat(two.values(ALICE)).containsExactly("new");
        three.apply(ALICE, old);
        three.settle();
        repair(two, three);
        assertThat(three.values(ALICE)).containsExactly("new");
        repair(three, one);
        assertThat(one.values(ALICE)).containsExactly("new");
    }

    @Test
    void aHomeThatMissedADeleteDoesNotBringTheKeyBack() {
        VersionedObject old = everywhere(ALICE, one.made(CausalContext.EMPTY, "old"));
        VersionedObject delete = one.delete(ALICE, only(ReplicaRig.dotOf(old)));
        one.settle();
        two.apply(ALICE, delete);
        two.settle();
        for (ManualStore store : List.of(disk, secondDisk)) {
            assertThat(store.keysOf(ALICE.set(), TestKeys.BUCKET, 1, 10))
                    .as("the key is physically gone")
                    .isEmpty();
            assertThat(store.open(ALICE.set()).remnants()).isEmpty();
        }
        VersionedObject again = two.put(ALICE, CausalContext.EMPTY, "new");
        two.settle();
        one.apply(ALICE, again);
        one.settle();
        // The third home was down all the while.
        assertThat(three.values(ALICE)).containsExactly("old");
        repair(three, one);
        repair(three, two);
        repair(one, three);
        for (ReplicaRig rig : List.of(one, two, three)) {
            assertThat(rig.values(ALICE)).containsExactly("new");
        }
    }

    @Test
    @Tag("C8")
    void aHomeRestoredFromABackupLosesNoNewWriteIfItIsANewIncarnation() {
        assertThat(blindWriteAfterRestoring(false)).contains("after the restore");
    }

    @Test
    void aHomeRestoredFromABackupWouldLoseWritesUnderItsOldIncarnation() {
        assertThat(blindWriteAfterRestoring(true)).doesNotContain("after the restore");
    }

    @Test
    @Tag("C8")
    void aHomeThatHearsOfOwnWritesItHasForgottenEndsItsActor() {
        disk.slow();
        VersionedObject forgotten = one.put(BOB, CausalContext.EMPTY, "after the backup");
        two.apply(BOB, forgotten);
        two.settle();
        disk.forget();
        one.reopen(true);
        one.apply(BOB, forgotten);
        VersionedObject put = one.put(ALICE, CausalContext.EMPTY, "later");
        assertThat(ReplicaRig.dotOf(put).actor())
                .isNotEqualTo(ReplicaRig.dotOf(forgotten).actor());
        two.apply(ALICE, put);
        two.settle();
        assertThat(two.values(ALICE)).containsExactly("later");
    }

    /** The first home forgets a write that had left it, and then takes another; what the second home has of that. */
    private List<String> blindWriteAfterRestoring(boolean keepsActor) {
        everywhere(BOB, one.made(CausalContext.EMPTY, "in the backup"));
        disk.slow();
        VersionedObject forgotten = one.put(BOB, CausalContext.EMPTY, "after the backup");
        two.apply(BOB, forgotten);
        two.settle();
        disk.forget();
        one.reopen(keepsActor);
        VersionedObject put = one.put(ALICE, CausalContext.EMPTY, "after the restore");
        assertThat(ReplicaRig.dotOf(put).equals(ReplicaRig.dotOf(forgotten))).isEqualTo(keepsActor);
        two.apply(ALICE, put);
        two.settle();
        return two.values(ALICE);
    }
}
