package io.quorate.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.storage.LogDamage;
import java.io.NotSerializableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.DeleteSnapshotSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Pekko asks of every snapshot store, said again for JUnit because its own test kit is one for ScalaTest; and some more. */
class SnapshotContractTest {
    private static final ActorSystem SYSTEM = JournalRig.system();
    private static final String ID = "p-1";
    private static final long ALL = Long.MAX_VALUE;
    private static final SnapshotSelectionCriteria LATEST = SnapshotSelectionCriteria.latest();

    private @TempDir Path directory;
    private JournalRig rig;
    private Probe answers;
    /** Of five snapshots, s-1 to s-5, with the numbers 11 to 15. */
    private List<SnapshotMetadata> saved;

    @BeforeEach
    void saveFive() {
        rig = new JournalRig(SYSTEM, directory.resolve("db"));
        answers = rig.probe();
        saved = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            saved.add(save(10 + i, "s-" + i));
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @AfterAll
    static void stop() {
        JournalRig.stop(SYSTEM);
    }

    private void tell(Object request) {
        rig.snapshots().tell(request, answers.ref());
    }

    /** Saves, and returns what the store calls it: the time is the store's own. */
    private SnapshotMetadata save(long number, Object snapshot) {
        tell(new SnapshotProtocol.SaveSnapshot(new SnapshotMetadata(ID, number, 0), snapshot));
        SnapshotMetadata metadata = answers.next(SaveSnapshotSuccess.class).metadata();
        assertThat(metadata.persistenceId()).isEqualTo(ID);
        assertThat(metadata.sequenceNr()).isEqualTo(number);
        return metadata;
    }

    private void tellLoad(String id, SnapshotSelectionCriteria criteria, long to) {
        tell(new SnapshotProtocol.LoadSnapshot(id, criteria, to));
    }

    private void expectNone(String id, SnapshotSelectionCriteria criteria, long to) {
        tellLoad(id, criteria, to);
        assertThat(answers.next()).isEqualTo(new SnapshotProtocol.LoadSnapshotResult(scala.Option.empty(), to));
    }

    /** Expects the {@code i}-th of the five. */
    private void expect(int i, SnapshotSelectionCriteria criteria, long to) {
        tellLoad(ID, criteria, to);
        assertThat(answers.next())
                .isEqualTo(new SnapshotProtocol.LoadSnapshotResult(
                        scala.Option.apply(SelectedSnapshot.create(saved.get(i - 1), "s-" + i)), to));
    }

    private SelectedSnapshot latest() {
        tellLoad(ID, LATEST, ALL);
        return answers.next(SnapshotProtocol.LoadSnapshotResult.class)
                .snapshot()
                .get();
    }

    private void delete(SnapshotMetadata metadata) {
        tell(new SnapshotProtocol.DeleteSnapshot(metadata));
        assertThat(answers.next()).isEqualTo(new DeleteSnapshotSuccess(metadata));
    }

    private void delete(SnapshotSelectionCriteria criteria) {
        tell(new SnapshotProtocol.DeleteSnapshots(ID, criteria));
        assertThat(answers.next()).isEqualTo(new DeleteSnapshotsSuccess(criteria));
    }

    private static SnapshotSelectionCriteria upTo(long number) {
        return SnapshotSelectionCriteria.create(number, ALL);
    }

    /** Those up to a saved one, by its number and its time. */
    private static SnapshotSelectionCriteria upTo(SnapshotMetadata bound) {
        return SnapshotSelectionCriteria.create(bound.sequenceNr(), bound.timestamp());
    }

    /** Cases of Pekko's own kit. */
    @Nested
    class Loading {
        @Test
        void bringsNothingOfAnActorThatHasSavedNothing() {
            expectNone("never-saved", LATEST, ALL);
        }

        @Test
        void bringsNothingIfAllAreYounger() {
            expectNone(ID, SnapshotSelectionCriteria.create(ALL, 100), ALL);
        }

        @Test
        void bringsNothingIfAllNumbersAreHigher() {
            expectNone(ID, upTo(7), ALL);
            expectNone(ID, LATEST, 7);
        }

        @Test
        void bringsTheMostRecent() {
            expect(5, LATEST, ALL);
        }

        @Test
        void bringsTheMostRecentUpToANumber() {
            expect(3, upTo(13), ALL);
            expect(3, LATEST, 13);
        }

        @Test
        void bringsTheMostRecentUpToANumberAndATime() {
            expect(3, upTo(saved.get(2)), ALL);
            // Snapshots of the same millisecond all match a bound of time, so the number has to decide.
            expect(3, SnapshotSelectionCriteria.create(ALL, saved.get(2).timestamp()), 13);
        }
    }

    /** Cases of Pekko's own kit. */
    @Nested
    class Deleting {
        @Test
        void removesTheOneWithANumberWhateverItsTime() {
            Probe known = rig.probe();
            SnapshotMetadata third = new SnapshotMetadata(ID, 13, 0);
            assertThat(SYSTEM.eventStream().subscribe(known.ref(), SnapshotProtocol.DeleteSnapshot.class))
                    .isTrue();
            delete(third);
            assertThat(known.next()).isEqualTo(new SnapshotProtocol.DeleteSnapshot(third));
            SYSTEM.eventStream().unsubscribe(known.ref());
            expect(2, upTo(13), ALL);
        }

        @Test
        void removesAllUpToANumberAndATime() {
            Probe known = rig.probe();
            assertThat(SYSTEM.eventStream().subscribe(known.ref(), SnapshotProtocol.DeleteSnapshots.class))
                    .isTrue();
            SnapshotSelectionCriteria third = upTo(saved.get(2));
            delete(third);
            assertThat(known.next()).isEqualTo(new SnapshotProtocol.DeleteSnapshots(ID, third));
            SYSTEM.eventStream().unsubscribe(known.ref());
            expectNone(ID, third, ALL);
            expect(4, upTo(saved.get(3)), ALL);
        }

        @Test
        void leavesThoseThatAreYounger() {
            SnapshotMetadata fourth = saved.get(3);
            delete(SnapshotSelectionCriteria.create(fourth.sequenceNr(), fourth.timestamp() - 1));
            expect(4, upTo(fourth), ALL);
        }
    }

    /** Cases of Pekko's own kit. */
    @Nested
    class Saving {
        @Test
        void replacesTheOneWithTheSameNumber() {
            assertThat(save(15, "s-5-modified").sequenceNr()).isEqualTo(15);
            tellLoad(ID, upTo(15), ALL);
            SelectedSnapshot loaded = answers.next(SnapshotProtocol.LoadSnapshotResult.class)
                    .snapshot()
                    .get();
            assertThat(loaded.snapshot()).isEqualTo("s-5-modified");
            assertThat(loaded.metadata().sequenceNr()).isEqualTo(15);
        }

        @Test
        void takesLargeOnes() {
            String large = "0".repeat(10_000);
            assertThat(save(100, large).sequenceNr()).isEqualTo(100);
            assertThat(latest().snapshot()).isEqualTo(large);
        }

        /** Optional for a store; metadata of snapshots, which only replicated actors have, is not kept. */
        @Test
        void knowsForWhichSystemItSerializes() {
            MindfulSerializer.Payload snapshot = new MindfulSerializer.Payload(answers.ref());
            assertThat(save(100, snapshot).sequenceNr()).isEqualTo(100);
            assertThat(latest().snapshot()).isEqualTo(snapshot);
            assertThat(latest().metadata().sequenceNr()).isEqualTo(100);
        }

        /** Beyond Pekko's kit. */
        @Test
        void failsForWhatCannotBeSerializedAndLeavesTheOthers() {
            tell(new SnapshotProtocol.SaveSnapshot(new SnapshotMetadata(ID, 16, 0), new Object()));
            assertThat(answers.next(SaveSnapshotFailure.class).cause()).isInstanceOf(NotSerializableException.class);
            expect(5, LATEST, ALL);
        }
    }

    /** Beyond Pekko's kit. */
    @Nested
    class WhenOpenedAgain {
        @Test
        void whatWasSavedIsThereWithItsTimes() {
            rig = rig.reopened();
            expect(5, LATEST, ALL);
            expect(2, upTo(12), ALL);
        }

        @Test
        void whatWasDeletedIsGone() {
            delete(upTo(13));
            delete(saved.get(4));
            rig = rig.reopened();
            expect(4, LATEST, ALL);
            expectNone(ID, upTo(13), ALL);
        }
    }

    /** Beyond Pekko's kit. */
    @Nested
    class ADamagedSnapshot {
        private void damage(long number) {
            assertThat(LogDamage.flipBit(rig.columns(), LogDamage.Kind.SNAPSHOT, ID, number))
                    .isTrue();
        }

        @Test
        void makesWayForTheOneBeforeIt() {
            damage(15);
            expect(4, LATEST, ALL);
            damage(14);
            expect(3, LATEST, ALL);
        }

        @Test
        void isNoReasonToTakeAnOlderOneIfItIsNotTheNewest() {
            damage(14);
            expect(5, LATEST, ALL);
        }

        /** An actor that was told of none would start from nothing, although the events before are deleted. */
        @Test
        void isAnErrorIfThereIsNoOther() {
            for (int number = 11; number <= 15; number++) {
                damage(number);
            }
            tellLoad(ID, LATEST, ALL);
            assertThat(answers.next(SnapshotProtocol.LoadSnapshotFailed.class).cause())
                    .isInstanceOf(CorruptRecordException.class)
                    .hasMessageContaining(ID);
        }

        @Test
        void isNoErrorForWhoDoesNotWantItsNumber() {
            delete(upTo(13));
            damage(15);
            expectNone(ID, upTo(13), ALL);
            expect(4, LATEST, 14);
        }

        @Test
        void isReplacedByOneWithItsNumber() {
            damage(15);
            saved.set(4, save(15, "s-5"));
            expect(5, LATEST, ALL);
        }

        @Test
        void isDeletedByItsNumber() {
            damage(15);
            delete(saved.get(4));
            assertThat(LogDamage.flipBit(rig.columns(), LogDamage.Kind.SNAPSHOT, ID, 15))
                    .as("still there")
                    .isFalse();
        }

        @Test
        void isDeletedWithThoseUpToANumberAbove() {
            damage(13);
            delete(upTo(15));
            expectNone(ID, LATEST, ALL);
        }
    }

    @Test
    void snapshotsOfActorsWhoseNamesAreAlikeAreApart() {
        expectNone("p-", LATEST, ALL);
        expectNone("p-10", LATEST, ALL);
        tell(new SnapshotProtocol.DeleteSnapshots("p-10", LATEST));
        assertThat(answers.next()).isEqualTo(new DeleteSnapshotsSuccess(LATEST));
        expect(5, LATEST, ALL);
    }

    @Test
    void snapshotsOutliveTheEventsBeforeThem() {
        rig.write(ID, "writer-1", 1, 15);
        assertThat(rig.delete(ID, ALL)).isNotNull();
        expect(5, LATEST, ALL);
        assertThat(rig.replay(ID).highest()).isEqualTo(15);
        delete(LATEST);
        assertThat(rig.replay(ID).highest()).isEqualTo(15);
    }
}
