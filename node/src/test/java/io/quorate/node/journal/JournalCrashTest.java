package io.quorate.node.journal;

import static io.quorate.node.journal.JournalRig.atomic;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.store.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that fails, and a log that is cut: what was acknowledged is there afterwards, and no write by halves. */
class JournalCrashTest {
    private static final ActorSystem SYSTEM = JournalRig.system();
    private static final String ID = "p-1";
    private static final String WRITER = "writer-1";
    private static final int WRITES = 9;

    private @TempDir Path directory;

    @AfterAll
    static void stop() {
        JournalRig.stop(SYSTEM);
    }

    /** The {@code i}-th of many writes, of one to three events in a row. */
    private static AtomicWrite write(int i) {
        return atomic(ID, WRITER, lastOf(i - 1) + 1, lastOf(i));
    }

    /** The last number in the first so many writes. */
    private static long lastOf(int writes) {
        long last = 0;
        for (int i = 1; i <= writes; i++) {
            last += 1 + i % 3;
        }
        return last;
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** Makes a write, and returns whether it is acknowledged. */
    private static boolean acknowledged(JournalRig rig, AtomicWrite write) {
        Probe answers = rig.probe();
        rig.tellWrite(answers, write);
        Object first = answers.next();
        for (int i = 0; i < write.size(); i++) {
            assertThat(answers.next())
                    .isInstanceOf(
                            first instanceof JournalProtocol.WriteMessagesFailed
                                    ? JournalProtocol.WriteMessageFailure.class
                                    : JournalProtocol.WriteMessageSuccess.class);
        }
        return first == JournalProtocol.WriteMessagesSuccessful$.MODULE$;
    }

    @Test
    void aFailedWriteIsToldWithItsCauseAndLeavesNothing() {
        try (JournalRig rig = new JournalRig(SYSTEM, directory.resolve("db"))) {
            rig.write(ID, WRITER, 1, 3);
            rig.disk().failAfter(0, TestDisk.Failed.LOST);
            Probe answers = rig.probe();
            rig.tellWrite(answers, atomic(ID, WRITER, 4, 5), atomic(ID, WRITER, 6, 6));
            JournalProtocol.WriteMessagesFailed failed = answers.next(JournalProtocol.WriteMessagesFailed.class);
            assertThat(failed.writeCount()).isEqualTo(2);
            assertThat(failed.cause()).isInstanceOf(StorageException.class).hasMessageContaining("Input/output error");
            for (long number = 4; number <= 6; number++) {
                JournalProtocol.WriteMessageFailure each = answers.next(JournalProtocol.WriteMessageFailure.class);
                assertThat(each.message()).isEqualTo(JournalRig.event(ID, number, WRITER));
                assertThat(each.cause()).isSameAs(failed.cause());
            }
            assertThat(rig.replay(ID).numbers()).containsExactly(1L, 2L, 3L);
            try (JournalRig again = rig.reopened()) {
                assertThat(again.replay(ID).numbers()).containsExactly(1L, 2L, 3L);
                assertThat(again.replay(ID).highest()).isEqualTo(3);
                again.write(ID, "writer-2", 4, 5);
                assertThat(again.replay(ID).numbers()).isEqualTo(upTo(5));
            }
        }
    }

    @Test
    void afterAFailureNothingIsHandedToTheDisk() {
        try (JournalRig rig = new JournalRig(SYSTEM, directory.resolve("db"))) {
            rig.write(ID, WRITER, 1, 3);
            rig.disk().failAfter(0, TestDisk.Failed.LOST);
            assertThat(acknowledged(rig, atomic(ID, WRITER, 4, 4))).isFalse();
            int writes = rig.disk().writes();
            assertThat(acknowledged(rig, atomic(ID, WRITER, 4, 4))).isFalse();
            assertThat(acknowledged(rig, atomic("p-2", WRITER, 1, 2))).isFalse();
            assertThat(rig.delete(ID, 2)).isInstanceOf(DeleteMessagesFailure.class);
            Probe answers = rig.probe();
            rig.snapshots().tell(new SnapshotProtocol.SaveSnapshot(new SnapshotMetadata(ID, 3, 0), "s"), answers.ref());
            assertThat(answers.next()).isInstanceOf(SaveSnapshotFailure.class);
            assertThat(rig.disk().writes()).isEqualTo(writes);
            assertThat(rig.replay(ID).numbers()).as("reads go on").isEqualTo(upTo(3));
        }
    }

    @Test
    void whatSharesTheWriteThatFailsFailsToo() {
        try (JournalRig rig = new JournalRig(SYSTEM, directory.resolve("db"))) {
            rig.disk().hold();
            rig.disk().failAfter(1, TestDisk.Failed.LOST);
            Probe first = rig.probe();
            rig.tellWrite(first, atomic("first", WRITER, 1, 1));
            rig.disk().awaitWrites(1);
            List<Probe> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Probe each = rig.probe();
                rig.tellWrite(each, atomic("p-" + i, WRITER, 1, 2));
                waiting.add(each);
            }
            rig.settle();
            rig.disk().letAllGo();
            JournalRig.expectWritten(first, "first", WRITER, 1, 1);
            for (Probe each : waiting) {
                assertThat(each.next()).isInstanceOf(JournalProtocol.WriteMessagesFailed.class);
            }
            try (JournalRig again = rig.reopened()) {
                assertThat(again.replay("first").numbers()).containsExactly(1L);
                for (int i = 0; i < waiting.size(); i++) {
                    assertThat(again.replay("p-" + i).highest()).isZero();
                }
            }
        }
    }

    /** Nobody knows of a write that failed whether it is on the disk; whether or not, it is there in whole or not at all. */
    @ParameterizedTest
    @EnumSource
    void whereverTheDiskFailsAllThatWasAcknowledgedIsThere(TestDisk.Failed outcome) {
        for (int cut = 0; cut <= WRITES; cut++) {
            try (JournalRig rig = new JournalRig(SYSTEM, directory.resolve("db" + cut))) {
                rig.disk().failAfter(cut, outcome);
                int acknowledged = 0;
                for (int i = 1; i <= WRITES; i++) {
                    acknowledged += acknowledged(rig, write(i)) ? 1 : 0;
                }
                assertThat(acknowledged).isEqualTo(cut);
                boolean more = cut < WRITES && outcome == TestDisk.Failed.KEPT;
                long last = lastOf(more ? cut + 1 : cut);
                try (JournalRig again = rig.reopened()) {
                    JournalRig.Replay replay = again.replay(ID);
                    assertThat(replay.numbers()).as("cut at write %d", cut).isEqualTo(upTo(last));
                    assertThat(replay.highest()).isEqualTo(last);
                    again.write(ID, "writer-2", last + 1, last + 2);
                    assertThat(again.replay(ID).numbers()).isEqualTo(upTo(last + 2));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeletionThatFailsIsDoneInWholeOrNotAtAll(TestDisk.Failed outcome) {
        try (JournalRig rig = new JournalRig(SYSTEM, directory.resolve("db"))) {
            rig.write(ID, WRITER, 1, 5);
            rig.disk().failAfter(0, outcome);
            assertThat(rig.delete(ID, 3)).isInstanceOf(DeleteMessagesFailure.class);
            try (JournalRig again = rig.reopened()) {
                JournalRig.Replay replay = again.replay(ID);
                assertThat(replay.numbers()).isEqualTo(outcome == TestDisk.Failed.KEPT ? List.of(4L, 5L) : upTo(5));
                assertThat(replay.highest()).isEqualTo(5);
            }
        }
    }

    /** A crash leaves the engine's log cut anywhere: behind a write, in front of its last byte, or in its middle. */
    @Test
    void whereverTheLogIsCutTheWritesBeforeAreThereInWhole() {
        List<Long> ends = new ArrayList<>();
        Path whole = directory.resolve("db");
        try (JournalRig rig = new JournalRig(SYSTEM, whole)) {
            ends.add(length(log(whole)));
            for (int i = 1; i <= WRITES; i++) {
                assertThat(acknowledged(rig, write(i))).isTrue();
                ends.add(length(log(whole)));
            }
        }
        int copies = 0;
        for (int i = 1; i <= WRITES; i++) {
            long from = ends.get(i - 1);
            long to = ends.get(i);
            assertThat(to).as("a write is in the log when it is acknowledged").isGreaterThan(from);
            for (long cut : new long[] {from + 1, (from + to) / 2, to - 1, to}) {
                Path copy = directory.resolve("cut" + copies++);
                copy(whole, copy);
                truncate(log(copy), cut);
                long last = lastOf(cut < to ? i - 1 : i);
                try (JournalRig rig = new JournalRig(SYSTEM, copy)) {
                    JournalRig.Replay replay = rig.replay(ID);
                    assertThat(replay.numbers())
                            .as("cut at byte %d of %d to %d", cut, from, to)
                            .isEqualTo(upTo(last));
                    assertThat(replay.highest()).isEqualTo(last);
                }
            }
        }
    }

    /** A deletion removes events and writes down the highest number: either of the two alone would lose something. */
    @Test
    void whereverTheLogIsCutADeletionIsThereInWholeOrNotAtAll() {
        Path whole = directory.resolve("db");
        long from;
        long to;
        try (JournalRig rig = new JournalRig(SYSTEM, whole)) {
            rig.write(ID, WRITER, 1, 5);
            from = length(log(whole));
            assertThat(rig.delete(ID, Long.MAX_VALUE)).isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
            to = length(log(whole));
        }
        for (long cut = from; cut <= to; cut += cut < to - 8 ? 8 : 1) {
            Path copy = directory.resolve("cut" + cut);
            copy(whole, copy);
            truncate(log(copy), cut);
            try (JournalRig rig = new JournalRig(SYSTEM, copy)) {
                JournalRig.Replay replay = rig.replay(ID);
                assertThat(replay.numbers()).as("cut at byte %d", cut).isEqualTo(cut < to ? upTo(5) : List.of());
                assertThat(replay.highest()).isEqualTo(5);
            }
        }
    }

    /** The engine's present log of writes. */
    private static Path log(Path database) {
        try (Stream<Path> files = Files.list(database)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path database, Path to) {
        try (Stream<Path> files = Files.list(database)) {
            Files.createDirectory(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void truncate(Path file, long length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
