package io.quorate.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.NotSerializableException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.PersistentRepr;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Pekko asks of every journal, said again for JUnit because its own test kit is one for ScalaTest; and some more. */
class JournalContractTest {
    private static final ActorSystem SYSTEM = JournalRig.system();
    private static final String ID = "p-1";
    private static final String WRITER = "writer-1";
    private static final long ALL = Long.MAX_VALUE;

    private @TempDir Path directory;
    private JournalRig rig;

    @BeforeEach
    void writeFive() {
        rig = new JournalRig(SYSTEM, directory.resolve("db"));
        rig.write(ID, WRITER, 1, 5);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @AfterAll
    static void stop() {
        JournalRig.stop(SYSTEM);
    }

    /** Replays, and expects certain events, whole as they were written, with the highest number of all. */
    private void expectReplay(long from, long to, long max, long... numbers) {
        JournalRig.Replay replay = rig.replay(ID, from, to, max);
        assertThat(replay.events())
                .containsExactlyElementsOf(LongStream.of(numbers)
                        .mapToObj(number -> JournalRig.event(ID, number, WRITER))
                        .toList());
        assertThat(replay.highest()).isEqualTo(5);
    }

    /** Cases of Pekko's own kit, in its order. */
    @Nested
    class Replaying {
        @Test
        void bringsAllEvents() {
            expectReplay(1, ALL, ALL, 1, 2, 3, 4, 5);
        }

        @Test
        void beginsAtALowerBound() {
            expectReplay(3, ALL, ALL, 3, 4, 5);
        }

        @Test
        void endsAtAnUpperBound() {
            expectReplay(1, 3, ALL, 1, 2, 3);
        }

        @Test
        void endsAtACount() {
            expectReplay(1, ALL, 3, 1, 2, 3);
        }

        @Test
        void keepsToBothBounds() {
            expectReplay(2, 3, ALL, 2, 3);
        }

        @Test
        void keepsToBothBoundsAndACount() {
            expectReplay(2, 5, 2, 2, 3);
        }

        @Test
        void bringsOneEventIfBothBoundsAreTheSame() {
            expectReplay(2, 2, ALL, 2);
        }

        @Test
        void bringsOneEventIfOneIsCounted() {
            expectReplay(2, 4, 1, 2);
        }

        @Test
        void bringsNothingIfNoneIsCounted() {
            expectReplay(2, 4, 0);
        }

        @Test
        void bringsNothingIfTheBoundsAreCrossed() {
            expectReplay(3, 2, ALL);
        }

        @Test
        void bringsNothingOfAnActorThatHasWrittenNothing() {
            JournalRig.Replay replay = rig.replay("never-written", 0, ALL, ALL);
            assertThat(replay.events()).isEmpty();
            assertThat(replay.highest()).isZero();
        }
    }

    /** Cases of Pekko's own kit. */
    @Nested
    class Deleting {
        @Test
        void removesARangeForGoodAndIsMadeKnown() {
            Probe known = rig.probe();
            Probe answers = rig.probe();
            assertThat(SYSTEM.eventStream().subscribe(known.ref(), JournalProtocol.DeleteMessagesTo.class))
                    .isTrue();
            rig.tellDelete(answers, ID, 3);
            assertThat(known.next()).isEqualTo(new JournalProtocol.DeleteMessagesTo(ID, 3, answers.ref()));
            assertThat(answers.next()).isEqualTo(new DeleteMessagesSuccess(3));
            expectReplay(1, ALL, ALL, 4, 5);
            assertThat(answers.isEmpty()).as("answered once").isTrue();
            SYSTEM.eventStream().unsubscribe(known.ref());
        }

        @Test
        void doesNotLowerTheHighestNumber() {
            expectReplay(0, ALL, ALL, 1, 2, 3, 4, 5);
            assertThat(rig.delete(ID, 3)).isEqualTo(new DeleteMessagesSuccess(3));
            expectReplay(0, ALL, ALL, 4, 5);
        }

        @Test
        void ofEverythingDoesNotLowerTheHighestNumber() {
            expectReplay(0, ALL, ALL, 1, 2, 3, 4, 5);
            assertThat(rig.delete(ID, ALL)).isEqualTo(new DeleteMessagesSuccess(ALL));
            expectReplay(0, ALL, ALL);
        }
    }

    /** The cases of Pekko's own kit that a journal may do without; metadata of events, which only replicated actors have, is not kept. */
    @Nested
    class Serializing {
        @Test
        void whatCannotBeIsRejectedAndTheRestIsWritten() {
            Object opaque = new Object();
            Probe answers = rig.probe();
            rig.tellWrite(
                    answers,
                    JournalRig.atomic(JournalRig.event(ID, 6, "b-6", WRITER)),
                    JournalRig.atomic(JournalRig.event(ID, 7, opaque, WRITER)),
                    JournalRig.atomic(JournalRig.event(ID, 8, "b-8", WRITER)));
            assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
            assertThat(JournalRig.written(answers)).isEqualTo(JournalRig.event(ID, 6, "b-6", WRITER));
            JournalProtocol.WriteMessageRejected rejected = answers.next(JournalProtocol.WriteMessageRejected.class);
            assertThat(rejected.message()).isEqualTo(JournalRig.event(ID, 7, opaque, WRITER));
            assertThat(rejected.cause()).isInstanceOf(NotSerializableException.class);
            assertThat(JournalRig.written(answers)).isEqualTo(JournalRig.event(ID, 8, "b-8", WRITER));
        }

        @Test
        void knowsForWhichSystemItIsDone() {
            Probe answers = rig.probe();
            PersistentRepr event = JournalRig.event(ID, 6, new MindfulSerializer.Payload(answers.ref()), WRITER);
            rig.tellWrite(answers, JournalRig.atomic(event));
            assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
            assertThat(JournalRig.written(answers)).isEqualTo(event);
            JournalRig.Replay replay = rig.replay(ID, 6, ALL, ALL);
            assertThat(replay.events()).containsExactly(event);
            assertThat(replay.highest()).isEqualTo(6);
        }
    }

    /** Beyond Pekko's kit. */
    @Nested
    class ARejectedEvent {
        private void reject(long number) {
            Probe answers = rig.probe();
            rig.tellWrite(answers, JournalRig.atomic(JournalRig.event(ID, number, new Object(), WRITER)));
            assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
            assertThat(answers.next(JournalProtocol.WriteMessageRejected.class).cause())
                    .isInstanceOf(NotSerializableException.class);
        }

        /** Its number is spent: an actor of Pekko goes on with the next. */
        @Test
        void isPassedOverByReplays() {
            reject(6);
            rig.write(ID, WRITER, 7, 8);
            reject(9);
            rig = rig.reopened();
            JournalRig.Replay replay = rig.replay(ID);
            assertThat(replay.numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 7L, 8L);
            assertThat(replay.highest()).isIn(8L, 9L);
        }

        @Test
        void takesAllOfItsAtomicWriteWithIt() {
            Probe answers = rig.probe();
            List<PersistentRepr> two =
                    List.of(JournalRig.event(ID, 6, WRITER), JournalRig.event(ID, 7, new Object(), WRITER));
            rig.tellWrite(answers, JournalRig.atomic(two.get(0), two.get(1)));
            assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
            for (PersistentRepr each : two) {
                assertThat(answers.next(JournalProtocol.WriteMessageRejected.class)
                                .message())
                        .isEqualTo(each);
            }
            assertThat(rig.replay(ID).numbers()).containsExactly(1L, 2L, 3L, 4L, 5L);
        }
    }

    /** Beyond Pekko's kit. */
    @Nested
    class ADeletedPrefix {
        @Test
        void isSkippedByEveryWindowThatSpansIt() {
            assertThat(rig.delete(ID, 3)).isEqualTo(new DeleteMessagesSuccess(3));
            expectReplay(0, ALL, ALL, 4, 5);
            expectReplay(2, 4, ALL, 4);
            expectReplay(2, 3, ALL);
            expectReplay(3, 3, ALL);
            expectReplay(1, ALL, 1, 4);
            expectReplay(4, ALL, ALL, 4, 5);
            expectReplay(5, ALL, ALL, 5);
            expectReplay(6, ALL, ALL);
        }

        @Test
        void doesNotComeBackWhenLessIsDeletedLater() {
            assertThat(rig.delete(ID, 4)).isEqualTo(new DeleteMessagesSuccess(4));
            assertThat(rig.delete(ID, 2)).isEqualTo(new DeleteMessagesSuccess(2));
            expectReplay(1, ALL, ALL, 5);
        }

        @Test
        void doesNotComeBackWhenTheDatabaseIsOpenedAgain() {
            assertThat(rig.delete(ID, 3)).isEqualTo(new DeleteMessagesSuccess(3));
            rig = rig.reopened();
            expectReplay(1, ALL, ALL, 4, 5);
        }

        @Test
        void ofNothingIsNoFault() {
            assertThat(rig.delete(ID, 0)).isEqualTo(new DeleteMessagesSuccess(0));
            assertThat(rig.delete("never-written", ALL)).isEqualTo(new DeleteMessagesSuccess(ALL));
            expectReplay(1, ALL, ALL, 1, 2, 3, 4, 5);
            assertThat(rig.replay("never-written").highest()).isZero();
        }
    }

    /** Beyond Pekko's kit. */
    @Nested
    class AfterEverythingWasDeleted {
        @BeforeEach
        void deleteAll() {
            assertThat(rig.delete(ID, ALL)).isEqualTo(new DeleteMessagesSuccess(ALL));
        }

        @Test
        void theHighestNumberIsKnownWhenTheDatabaseIsOpenedAgain() {
            rig = rig.reopened();
            expectReplay(1, ALL, ALL);
            assertThat(rig.delete(ID, ALL)).isEqualTo(new DeleteMessagesSuccess(ALL));
            rig = rig.reopened();
            expectReplay(1, ALL, ALL);
        }

        @Test
        void furtherEventsAreKept() {
            rig.write(ID, WRITER, 6, 7);
            rig = rig.reopened();
            JournalRig.Replay replay = rig.replay(ID);
            assertThat(replay.numbers()).containsExactly(6L, 7L);
            assertThat(replay.highest()).isEqualTo(7);
        }
    }

    @Test
    void writersWhoseNamesAreAlikeHaveLogsOfTheirOwn() {
        List<String> alike =
                List.of("p", "p-", "p-1" + "\0", "p-10", "P-1", "p-1\u00e9", "p-1\ud83d\ude00", "E", "\uffff");
        for (String id : alike) {
            rig.write(id, WRITER, 1, 3);
        }
        assertThat(rig.delete("p", ALL)).isEqualTo(new DeleteMessagesSuccess(ALL));
        for (String id : alike) {
            JournalRig.Replay replay = rig.replay(id);
            assertThat(replay.numbers()).hasSize(id.equals("p") ? 0 : 3);
            assertThat(replay.highest()).isEqualTo(3);
        }
        expectReplay(1, ALL, ALL, 1, 2, 3, 4, 5);
    }

    @Test
    void anEventComesBackWithAllThatBelongsToIt() {
        Probe answers = rig.probe();
        PersistentRepr event =
                JournalRig.event(ID, 6, "b", "writer-2").withManifest("adapted").withTimestamp(1_700_000_000_123L);
        rig.tellWrite(answers, JournalRig.atomic(event));
        assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        PersistentRepr replayed = rig.replay(ID, 6, ALL, ALL).events().get(0);
        assertThat(replayed).isEqualTo(event);
        assertThat(replayed.timestamp()).isEqualTo(1_700_000_000_123L);
    }

    /** The success tells of the event with its sender, which is not kept: nobody knows who that is after a restart. */
    @Test
    void theSenderOfAnEventIsToldButNotKept() {
        Probe answers = rig.probe();
        PersistentRepr event = JournalRig.event(ID, 6, WRITER).update(6, ID, false, answers.ref(), WRITER);
        rig.tellWrite(answers, JournalRig.atomic(event));
        assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        assertThat(JournalRig.written(answers)).isEqualTo(event);
        assertThat(rig.replay(ID, 6, ALL, ALL).events())
                .containsExactly(event.update(6, ID, false, ActorRef.noSender(), WRITER));
    }
}
