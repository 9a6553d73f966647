package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Small histories, told one by one. The last two numbers of an operation are when it was invoked and when it returned. */
class LinearizabilityCheckTest {
    private static Tag tag(long index) {
        return new Tag(1, index);
    }

    private static Operation write(long value, long index, long from, long to) {
        return Operation.write(1, value, from).done(tag(index), to);
    }

    private static Operation unknownWrite(long value, long from) {
        return Operation.write(2, value, from);
    }

    private static Operation read(long value, long index, long from, long to) {
        return Operation.read(3, from).shown(value, tag(index), to);
    }

    private static Operation readNothing(long from, long to) {
        return Operation.read(3, from).shown(null, null, to);
    }

    private static Operation delete(long from, long to) {
        return Operation.delete(4, from).done(null, to);
    }

    private static Operation create(long value, long index, long from, long to) {
        return Operation.create(5, value, from).done(tag(index), to);
    }

    private static Operation createRefused(long found, long from, long to) {
        return Operation.create(5, 99, from).refused(tag(found), to);
    }

    private static Operation swap(long expected, long value, long index, long from, long to) {
        return Operation.compareAndSet(6, tag(expected), value, from).done(tag(index), to);
    }

    private static Operation unknownSwap(long expected, long value, long from) {
        return Operation.compareAndSet(6, tag(expected), value, from);
    }

    private static Operation swapRefused(long expected, long found, long from, long to) {
        return Operation.compareAndSet(6, tag(expected), 99L, from).refused(tag(found), to);
    }

    private static void good(Operation... history) {
        assertThat(LinearizabilityCheck.check(List.of(history))).isInstanceOf(Verdict.Ok.class);
    }

    private static Verdict.Broken bad(Operation... history) {
        Verdict verdict = LinearizabilityCheck.check(List.of(history));
        assertThat(verdict).isInstanceOf(Verdict.Broken.class);
        return (Verdict.Broken) verdict;
    }

    @Nested
    class Good {
        @Test
        void nothingAtAll() {
            good();
        }

        @Test
        void oneAfterTheOther() {
            good(
                    readNothing(0, 1),
                    write(10, 1, 2, 3),
                    read(10, 1, 4, 5),
                    write(20, 2, 6, 7),
                    read(20, 2, 8, 9),
                    delete(10, 11),
                    readNothing(12, 13),
                    create(30, 4, 14, 15),
                    read(30, 4, 16, 17));
        }

        @Test
        void aReadThatOverlapsAWriteSeesWhatWasBeforeOrIt() {
            good(write(10, 1, 0, 1), write(20, 2, 2, 9), read(10, 1, 3, 4), read(20, 2, 5, 6));
            good(write(10, 1, 0, 1), write(20, 2, 2, 9), read(20, 2, 3, 4), read(20, 2, 5, 6));
        }

        @Test
        void whatEndsWhenAnotherBeginsOverlapsIt() {
            good(write(10, 1, 0, 5), readNothing(5, 6));
        }

        @Test
        void aWriteOfUnknownOutcomeIsSeenLater() {
            good(
                    write(10, 1, 0, 1),
                    unknownWrite(20, 2),
                    read(10, 1, 3, 4),
                    read(10, 1, 5, 6),
                    read(20, 2, 7, 8),
                    read(20, 2, 9, 10));
        }

        @Test
        void aWriteOfUnknownOutcomeIsNeverSeen() {
            good(write(10, 1, 0, 1), unknownWrite(20, 2), read(10, 1, 3, 4), write(30, 3, 5, 6), read(30, 3, 7, 8));
        }

        @Test
        void aWriteOfUnknownOutcomeIsFirstToldByARefusal() {
            good(write(10, 1, 0, 1), unknownWrite(20, 2), swapRefused(1, 2, 3, 4), read(20, 2, 5, 6));
        }

        @Test
        void aWriteOfUnknownOutcomeIsToldByTheCompareAndSetThatReplacesIt() {
            good(write(10, 1, 0, 1), unknownWrite(20, 2), swap(2, 30, 3, 3, 4), read(30, 3, 5, 6));
        }

        @Test
        void twoWritesOfUnknownOutcomeAndOfOneValueHaveATagEach() {
            good(
                    unknownWrite(10, 0),
                    unknownWrite(10, 0),
                    read(10, 1, 1, 2),
                    write(20, 2, 3, 4),
                    read(20, 2, 5, 6),
                    read(10, 3, 7, 8));
        }

        @Test
        void compareAndSetsFollowEachOther() {
            good(create(10, 1, 0, 1), swap(1, 20, 2, 2, 3), swap(2, 30, 3, 4, 5), read(30, 3, 6, 7));
        }

        @Test
        void ofTwoCompareAndSetsAtOnceOneWins() {
            good(write(10, 1, 0, 1), swap(1, 20, 2, 2, 9), swapRefused(1, 2, 2, 9), read(20, 2, 10, 11));
        }

        @Test
        void aRefusalTellsTheTagThatIsThere() {
            good(write(10, 1, 0, 1), write(20, 2, 2, 3), swapRefused(1, 2, 4, 5), createRefused(2, 6, 7));
        }

        @Test
        void aRefusalTellsThatNothingIsThere() {
            good(
                    write(10, 1, 0, 1),
                    delete(2, 3),
                    Operation.compareAndSet(6, tag(1), 20L, 4).refused(null, 5));
        }

        @Test
        void aCompareAndSetMayDelete() {
            good(
                    write(10, 1, 0, 1),
                    Operation.compareAndSet(6, tag(1), null, 2).done(null, 3),
                    readNothing(4, 5),
                    create(20, 3, 6, 7));
        }

        @Test
        void aCompareAndSetOfUnknownOutcomeMayHaveBeenDone() {
            good(write(10, 1, 0, 1), unknownSwap(1, 20, 2), read(20, 2, 3, 4), swapRefused(1, 2, 5, 6));
        }

        @Test
        void aDeleteOfUnknownOutcomeMayHaveBeenDone() {
            good(write(10, 1, 0, 1), Operation.delete(4, 2), read(10, 1, 3, 4), readNothing(5, 6), create(20, 3, 7, 8));
        }

        @Test
        void whatWasNotAppliedAndReadsWithoutAnswerTellNothing() {
            good(write(10, 1, 0, 1), Operation.write(1, 20, 2).notApplied(3), Operation.read(3, 2), read(10, 1, 4, 5));
        }

        @Test
        void ofTwoDeletesTheOneThatReturnsFirstIsDoneFirst() {
            good(
                    write(10, 1, 0, 1),
                    delete(2, 20),
                    delete(2, 5),
                    readNothing(3, 4),
                    write(20, 2, 6, 7),
                    read(20, 2, 8, 9),
                    readNothing(10, 11));
        }

        @Test
        void aTagThatOnlyACompareAndSetOfUnknownOutcomeMentionsMayComeUp() {
            // The write of 20 has the higher tag, so it may not come before the two of unknown outcome that leave
            // nothing.
            good(
                    write(10, 1, 0, 1),
                    unknownWrite(30, 0),
                    Operation.compareAndSet(6, tag(3), null, 0),
                    write(20, 5, 2, 20),
                    readNothing(10, 12));
        }
    }

    @Nested
    class Bad {
        @Test
        void aStaleRead() {
            Verdict.Broken verdict = bad(
                    write(10, 1, 0, 1),
                    read(10, 1, 2, 3),
                    write(20, 2, 4, 5),
                    read(20, 2, 6, 7),
                    read(10, 1, 8, 9),
                    read(20, 2, 10, 11));
            assertThat(verdict.excerpt()).containsExactly(write(10, 1, 0, 1), write(20, 2, 4, 5), read(10, 1, 8, 9));
            assertThat(verdict.toString()).contains("of 20 as 1.2 [4, 5]").contains("at best");
        }

        @Test
        void aLostUpdate() {
            Verdict.Broken verdict =
                    bad(write(10, 1, 0, 1), write(20, 2, 2, 3), read(10, 1, 4, 5), swap(1, 30, 3, 6, 7));
            assertThat(verdict.excerpt()).hasSize(3).contains(write(20, 2, 2, 3));
        }

        @Test
        void aValueThatNobodyWrote() {
            Verdict.Broken verdict = bad(write(10, 1, 0, 1), read(11, 2, 2, 3), read(11, 2, 4, 5));
            assertThat(verdict.excerpt()).containsExactly(read(11, 2, 2, 3));
            assertThat(verdict.longest()).isEmpty();
            bad(write(10, 1, 0, 1), read(11, 1, 2, 3));
            bad(write(10, 1, 0, 1), read(10, 2, 2, 3));
        }

        @Test
        void aValueFromTheFuture() {
            bad(read(10, 1, 0, 1), write(10, 1, 2, 3));
            bad(read(10, 1, 0, 1), unknownWrite(10, 2));
        }

        @Test
        void aValueThatGoesBackWhileItIsWritten() {
            bad(write(10, 1, 0, 1), write(20, 2, 2, 20), read(20, 2, 3, 4), read(10, 1, 5, 6));
        }

        @Test
        void twoCompareAndSetsThatReplaceTheSame() {
            bad(write(10, 1, 0, 1), swap(1, 20, 2, 2, 9), swap(1, 30, 3, 2, 9));
        }

        @Test
        void twoCompareAndSetsThatReplaceTheSameAreNotExcusedByAWriteOfUnknownOutcome() {
            bad(write(10, 1, 0, 1), unknownWrite(40, 2), swap(1, 20, 2, 3, 4), swap(1, 30, 4, 5, 6));
        }

        @Test
        void twoCreatesWithoutADeleteBetween() {
            bad(create(10, 1, 0, 5), create(20, 2, 0, 5));
        }

        @Test
        void aWriteOfUnknownOutcomeThatIsSeenAndNotAndSeen() {
            bad(write(10, 1, 0, 1), unknownWrite(20, 2), read(20, 2, 3, 4), read(10, 1, 5, 6), read(20, 2, 7, 8));
            bad(
                    write(10, 1, 0, 1),
                    unknownWrite(20, 2),
                    read(20, 2, 3, 4),
                    write(30, 3, 5, 6),
                    read(30, 3, 7, 8),
                    read(20, 2, 9, 10));
        }

        @Test
        void aWriteOfUnknownOutcomeThatHappenedTwice() {
            bad(unknownWrite(20, 0), read(20, 1, 1, 2), write(30, 2, 3, 4), read(30, 2, 5, 6), read(20, 3, 7, 8));
        }

        @Test
        void anAcknowledgedWriteThatReappearsAfterItWasOverwritten() {
            Verdict.Broken verdict = bad(
                    write(10, 1, 0, 1), write(20, 2, 2, 3), write(30, 3, 4, 5), read(30, 3, 6, 7), read(20, 2, 8, 9));
            assertThat(verdict.excerpt())
                    .contains(write(20, 2, 2, 3), read(20, 2, 8, 9))
                    .hasSize(3);
        }

        @Test
        void aDeletedValueThatComesBack() {
            bad(write(10, 1, 0, 1), delete(2, 3), readNothing(4, 5), read(10, 1, 6, 7));
        }

        @Test
        void anAcknowledgedWriteThatIsGone() {
            Verdict.Broken verdict =
                    bad(write(10, 1, 0, 1), delete(2, 3), write(20, 2, 4, 5), readNothing(6, 7), delete(8, 9));
            assertThat(verdict.excerpt()).containsExactly(write(20, 2, 4, 5), readNothing(6, 7));
        }

        @Test
        void aRefusalByWhatItExpected() {
            bad(write(10, 1, 0, 1), swapRefused(1, 1, 2, 3));
            bad(Operation.create(5, 20, 0).refused(null, 1));
        }

        @Test
        void aRefusalByWhatWasReplaced() {
            bad(write(10, 1, 0, 1), write(20, 2, 2, 3), swapRefused(2, 1, 4, 5));
        }

        @Test
        void oneTagForTwoWrites() {
            bad(write(10, 1, 0, 1), write(20, 1, 2, 3));
        }

        @Test
        void aLaterWriteWithALowerTag() {
            bad(write(10, 2, 0, 1), write(20, 1, 2, 3));
        }
    }

    @Nested
    class Excerpts {
        @Test
        void theDeleteThatExplainsAnAbsenceStays() {
            Operation delete = Operation.delete(4, 3);
            Verdict.Broken verdict =
                    bad(write(10, 1, 0, 1), write(20, 2, 2, 3), delete, readNothing(6, 7), read(20, 2, 8, 9));
            assertThat(verdict.excerpt())
                    .containsExactly(write(20, 2, 2, 3), delete, readNothing(6, 7), read(20, 2, 8, 9));
        }

        @Test
        void theWriteOfUnknownOutcomeThatExplainsARefusalStays() {
            Verdict.Broken verdict =
                    bad(write(10, 1, 0, 1), unknownWrite(20, 2), createRefused(2, 4, 5), read(10, 1, 6, 7));
            assertThat(verdict.excerpt())
                    .containsExactly(
                            write(10, 1, 0, 1), unknownWrite(20, 2), createRefused(2, 4, 5), read(10, 1, 6, 7));
        }

        @Test
        void theWriteThatAnAnswerNamesStaysThoughAnotherAnswerContradictsIt() {
            Verdict.Broken verdict = bad(write(20, 4, 12, 28), read(20, 3, 0, 18), createRefused(4, 2, 19));
            assertThat(verdict.excerpt())
                    .containsExactly(read(20, 3, 0, 18), createRefused(4, 2, 19), write(20, 4, 12, 28));
        }

        @Test
        void whatWasUnderWayIsShownAsItEnded() {
            Verdict.Broken verdict = bad(write(10, 1, 0, 1), write(20, 2, 2, 30), read(20, 2, 3, 4), read(10, 1, 5, 6));
            assertThat(verdict.excerpt()).contains(write(20, 2, 2, 30));
        }
    }

    @Test
    void whoEndsTheSearchEarlyIsToldNothing() {
        List<Operation> history = List.of(write(10, 1, 0, 1), write(20, 2, 2, 3), read(20, 2, 4, 5));
        assertThat(LinearizabilityCheck.check(history, 2)).isEqualTo(new Verdict.GaveUp(2));
        assertThat(LinearizabilityCheck.check(history, 3)).isEqualTo(new Verdict.Ok(3));
    }

    @Test
    void operationsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> Operation.write(1, 10, 5).done(tag(1), 4))
                .hasMessageContaining("before it is invoked");
        assertThatThrownBy(() -> Operation.write(1, 10, 5).done(null, 6)).hasMessageContaining("has a tag");
        assertThatThrownBy(() -> Operation.write(1, 10, 5).refused(tag(1), 6)).hasMessageContaining("condition");
        assertThatThrownBy(() -> Operation.read(1, 5).shown(10L, null, 6)).hasMessageContaining("together");
    }
}
