package io.quorate.node.journal;

import static io.quorate.node.journal.JournalRig.atomic;
import static io.quorate.node.journal.JournalRig.expectWritten;
import static io.quorate.node.journal.JournalRig.takeReplay;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many writers at a time, and those that start again while what they wrote is on its way to the disk. */
class JournalWritersTest {
    private static final ActorSystem SYSTEM = JournalRig.system();
    private static final String ID = "p-1";

    private @TempDir Path directory;
    private JournalRig rig;

    @BeforeEach
    void open() {
        rig = new JournalRig(SYSTEM, directory.resolve("db"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @AfterAll
    static void stop() {
        JournalRig.stop(SYSTEM);
    }

    @Nested
    class WhileAWriteIsOnItsWay {
        private Probe writing;

        @BeforeEach
        void hold() {
            writing = rig.probe();
            rig.write(ID, "writer-1", 1, 3);
            rig.disk().hold();
            int before = rig.disk().writes();
            rig.tellWrite(writing, atomic(ID, "writer-1", 4, 5));
            rig.disk().awaitWrites(before + 1);
        }

        private Probe replaying() {
            Probe replaying = rig.probe();
            rig.tellReplay(replaying, ID, 1, Long.MAX_VALUE, Long.MAX_VALUE);
            rig.settle();
            assertThat(replaying.isEmpty()).isTrue();
            return replaying;
        }

        @Test
        void itsWriterHearsOfTheHighestNumberOnlyWhenItHasEnded() {
            Probe replaying = replaying();
            rig.disk().letAllGo();
            expectWritten(writing, ID, "writer-1", 4, 5);
            JournalRig.Replay replay = takeReplay(replaying);
            assertThat(replay.highest()).isEqualTo(5);
            assertThat(replay.numbers()).containsExactly(1L, 2L, 3L, 4L, 5L);
        }

        @Test
        void theHighestNumberIsToldEvenIfItFails() {
            rig.disk().failAfter(-1, TestDisk.Failed.LOST);
            Probe replaying = replaying();
            rig.disk().letAllGo();
            assertThat(takeReplay(replaying).highest()).isEqualTo(3);
        }

        @Test
        void othersAreRead() {
            assertThat(rig.replay("p-2").highest()).isZero();
        }

        @Test
        void itsWriterMayDeleteAndLosesNothing() {
            Probe deleting = rig.probe();
            rig.tellDelete(deleting, ID, Long.MAX_VALUE);
            rig.settle();
            assertThat(deleting.isEmpty()).isTrue();
            rig.disk().letAllGo();
            assertThat(deleting.next()).isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
            JournalRig.Replay replay = rig.replay(ID);
            assertThat(replay.numbers()).isEmpty();
            assertThat(replay.highest()).isEqualTo(5);
        }
    }

    @Test
    void whileADeletionIsOnItsWayTheHighestNumberIsKnown() {
        rig.write(ID, "writer-1", 1, 5);
        rig.disk().hold();
        int before = rig.disk().writes();
        Probe deleting = rig.probe();
        rig.tellDelete(deleting, ID, Long.MAX_VALUE);
        rig.disk().awaitWrites(before + 1);
        Probe replaying = rig.probe();
        rig.tellReplay(replaying, ID, 1, Long.MAX_VALUE, Long.MAX_VALUE);
        rig.settle();
        rig.disk().letAllGo();
        assertThat(deleting.next()).isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
        assertThat(takeReplay(replaying).highest()).isEqualTo(5);
    }

    /** Whoever asks sees the deletion in whole or not at all: a number that is forgotten for a moment is used again. */
    @Test
    void whoeverAsksDuringDeletionsHearsTheHighestNumber() {
        Probe deleting = rig.probe();
        Probe asking = rig.probe();
        for (long number = 1; number <= 300; number++) {
            rig.write(ID, "writer-1", number, number);
            rig.tellDelete(deleting, ID, Long.MAX_VALUE);
            for (int i = 0; i < 20; i++) {
                rig.tellReplay(asking, ID, 1, 0, 0);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(takeReplay(asking).highest()).isEqualTo(number);
            }
            assertThat(deleting.next()).isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
        }
    }

    @Test
    void deletionsAtATimeDoNotLowerTheHighestNumber() {
        for (long number = 1; number <= 100; number++) {
            rig.write(ID, "writer-1", number, number);
            List<Probe> deleting = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Probe each = rig.probe();
                deleting.add(each);
                rig.tellDelete(each, ID, Long.MAX_VALUE);
            }
            for (Probe each : deleting) {
                assertThat(each.next()).isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
            }
            assertThat(rig.replay(ID).highest()).isEqualTo(number);
        }
    }

    @Test
    void aDeletionOfLessBehindOneThatIsOnItsWayTakesNothingBack() {
        rig.write(ID, "writer-1", 1, 6);
        rig.disk().hold();
        int before = rig.disk().writes();
        Probe more = rig.probe();
        Probe less = rig.probe();
        rig.tellDelete(more, ID, 5);
        rig.disk().awaitWrites(before + 1);
        rig.tellDelete(less, ID, 3);
        rig.settle();
        rig.disk().letAllGo();
        assertThat(more.next()).isEqualTo(new DeleteMessagesSuccess(5));
        assertThat(less.next()).isEqualTo(new DeleteMessagesSuccess(3));
        JournalRig.Replay replay = rig.replay(ID);
        assertThat(replay.highest()).isEqualTo(6);
        assertThat(replay.numbers()).containsExactly(6L);
    }

    @Test
    void whatManyWriteWhileTheDiskIsBusySharesOneWrite() {
        int writers = 100;
        rig.disk().hold();
        Probe first = rig.probe();
        rig.tellWrite(first, atomic("first", "writer", 1, 1));
        rig.disk().awaitWrites(1);
        List<Probe> waiting = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            Probe each = rig.probe();
            String id = "p-" + i;
            String writer = "writer-" + i;
            rig.tellWrite(each, atomic(id, writer, 1, 1), atomic(id, writer, 2, 3), atomic(id, writer, 4, 4));
            waiting.add(each);
        }
        rig.settle();
        rig.disk().letGo(1);
        expectWritten(first, "first", "writer", 1, 1);
        rig.disk().awaitWrites(2);
        assertThat(waiting).as("nobody is told before it is on disk").allMatch(Probe::isEmpty);
        rig.disk().letGo(1);
        for (int i = 0; i < writers; i++) {
            expectWritten(waiting.get(i), "p-" + i, "writer-" + i, 1, 4);
        }
        assertThat(rig.disk().writes()).isEqualTo(2);
        rig.disk().letAllGo();
        assertThat(rig.replay("p-0").numbers()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void aWriterThatWaitsForTheDiskHoldsUpNobodyWhoReads() {
        rig.write(ID, "writer-1", 1, 3);
        rig.disk().hold();
        Probe waiting = rig.probe();
        rig.tellWrite(waiting, atomic("p-2", "writer-2", 1, 1));
        assertThat(rig.replay(ID).numbers()).containsExactly(1L, 2L, 3L);
        assertThat(waiting.isEmpty()).isTrue();
    }

    /** Events with two writers in turn are what a restart leaves; events of an old one behind a newer one are not. */
    @Nested
    class EventsOfSeveralWriters {
        @Test
        void areReplayedIfOneFollowedTheOther() {
            rig.write(ID, "writer-1", 1, 3);
            rig.write(ID, "writer-2", 4, 5);
            rig = rig.reopened();
            rig.write(ID, "writer-3", 6, 9);
            JournalRig.Replay replay = rig.replay(ID);
            assertThat(replay.numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
            assertThat(replay.highest()).isEqualTo(9);
            assertThat(replay.events().stream().map(PersistentRepr::writerUuid).distinct())
                    .containsExactly("writer-1", "writer-2", "writer-3");
        }

        @Test
        void failTheReplayIfTwoWroteAtATime() {
            rig.write(ID, "writer-1", 1, 3);
            rig.write(ID, "writer-2", 4, 5);
            rig.write(ID, "writer-1", 6, 6);
            assertThat(rig.replay(ID).failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("writer-1");
        }
    }

    @Nested
    class APersistentActor {
        private Probe news;
        private ActorRef ledger;

        @BeforeEach
        void begin() {
            news = rig.probe();
            ledger = Ledger.start(rig, ID, news);
            assertThat(news.next()).isEqualTo(new Ledger.Recovered(List.of(), 0));
            keep("a");
            expectKept("a", 1);
            tell(new Ledger.Save());
            assertThat(news.next(SaveSnapshotSuccess.class).metadata().sequenceNr())
                    .isEqualTo(1);
        }

        private void tell(Object command) {
            ledger.tell(command, ActorRef.noSender());
        }

        private void keep(String word) {
            tell(new Ledger.Keep(word));
        }

        private void expectKept(String word, long number) {
            assertThat(news.next()).isEqualTo(new Ledger.Kept(word, number));
        }

        private void expectNumbers(long... numbers) {
            assertThat(rig.replay(ID).numbers())
                    .containsExactlyElementsOf(LongStream.of(numbers).boxed().toList());
        }

        @Test
        void goesOnBehindWhatThePriorOneHadOnItsWay() throws Exception {
            holdAWrite(new Ledger.Keep("b"));
            stopLedger();
            ledger = Ledger.start(rig, ID, news);
            keep("c");
            assertThat(news.next()).isEqualTo(new Ledger.Offered(1));
            rig.settle();
            assertThat(news.isEmpty()).isTrue();
            rig.disk().letAllGo();
            assertThat(news.next()).isEqualTo(new Ledger.Recovered(List.of("a", "b"), 2));
            expectKept("c", 3);
            expectNumbers(1, 2, 3);
        }

        /** What it had not yet sent when it failed is gone; its number is free, because nobody was told of it. */
        @Test
        void goesOnBehindWhatItHadOnItsWayWhenItFailed() {
            holdAWrite(new Ledger.KeepAside("b"));
            tell(new Ledger.KeepAside("c"));
            tell(new Ledger.Fail());
            assertThat(news.next()).isEqualTo(new Ledger.Offered(1));
            rig.settle();
            assertThat(news.isEmpty()).isTrue();
            rig.disk().letAllGo();
            assertThat(news.next()).isEqualTo(new Ledger.Recovered(List.of("a", "b"), 2));
            keep("d");
            expectKept("d", 3);
            expectNumbers(1, 2, 3);
        }

        @Test
        void goesOnWhereItWasWhenTheNodeStartsAgain() throws Exception {
            keep("b");
            expectKept("b", 2);
            assertThat(rig.delete(ID, Long.MAX_VALUE)).isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
            stopLedger();
            rig = rig.reopened();
            ledger = Ledger.start(rig, ID, news);
            assertThat(news.next()).isEqualTo(new Ledger.Offered(1));
            assertThat(news.next()).isEqualTo(new Ledger.Recovered(List.of("a"), 2));
            keep("c");
            expectKept("c", 3);
            expectNumbers(3);
        }

        @Test
        void endsIfItsWriteFails() throws Exception {
            rig.disk().failAfter(0, TestDisk.Failed.LOST);
            Probe watching = rig.probe();
            watching.watch(ledger);
            keep("b");
            assertThat(watching.next(Terminated.class).actor()).isEqualTo(ledger);
            assertThat(news.isEmpty()).isTrue();
            rig = rig.reopened();
            ledger = Ledger.start(rig, ID, news);
            assertThat(news.next()).isEqualTo(new Ledger.Offered(1));
            assertThat(news.next()).isEqualTo(new Ledger.Recovered(List.of("a"), 1));
        }

        private void holdAWrite(Object command) {
            rig.disk().hold();
            int before = rig.disk().writes();
            tell(command);
            rig.disk().awaitWrites(before + 1);
        }

        private void stopLedger() throws InterruptedException, ExecutionException, TimeoutException {
            assertThat(Patterns.gracefulStop(ledger, Duration.ofSeconds(20))
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** Pekko's kit measures these three; here they only have to be right. */
    @Nested
    class AFewHundredEvents {
        private static final int EVENTS = 300;

        private Probe news;
        private ActorRef ledger;

        @BeforeEach
        void begin() {
            news = rig.probe();
            ledger = Ledger.start(rig, ID, news);
            assertThat(news.next(Ledger.Recovered.class).number()).isZero();
        }

        private void expectAll() {
            for (int i = 1; i <= EVENTS; i++) {
                assertThat(news.next()).isEqualTo(new Ledger.Kept("w" + i, i));
            }
            ActorRef again = Ledger.start(rig, ID, news);
            Ledger.Recovered recovered = news.next(Ledger.Recovered.class);
            assertThat(recovered.number()).isEqualTo(EVENTS);
            assertThat(recovered.words()).hasSize(EVENTS).startsWith("w1", "w2").endsWith("w" + EVENTS);
            SYSTEM.stop(again);
        }

        @Test
        void areKeptOneByOneAndReplayed() {
            for (int i = 1; i <= EVENTS; i++) {
                ledger.tell(new Ledger.Keep("w" + i), ActorRef.noSender());
            }
            expectAll();
        }

        @Test
        void areKeptAsTheyComeAndReplayed() {
            for (int i = 1; i <= EVENTS; i++) {
                ledger.tell(new Ledger.KeepAside("w" + i), ActorRef.noSender());
            }
            expectAll();
            assertThat(rig.disk().writes()).as("they wait for each other").isLessThanOrEqualTo(EVENTS);
        }
    }
}
