package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionCheckTest {
    private long now;

    private static Tag tag(long index) {
        return new Tag(1, index);
    }

    private Operation write(int session, long index) {
        return Operation.write(session, index, ++now).done(tag(index), ++now);
    }

    private Operation read(int session, @Nullable Long index) {
        return Operation.read(session, ++now).shown(index, index == null ? null : tag(index), ++now);
    }

    private static List<String> check(Operation... history) {
        return SessionCheck.check(List.of(history));
    }

    private static void isBack(List<String> wrong) {
        assertThat(wrong).singleElement().asString().contains("goes back behind");
    }

    @Test
    void eachSessionMayBeBehindTheOthers() {
        assertThat(check(write(1, 5), write(2, 6), read(1, 5L), read(2, 6L), read(3, 5L), read(1, 6L)))
                .isEmpty();
    }

    @Test
    void inOneSessionNobodyMayBeBehind() {
        List<Operation> history = List.of(write(1, 5), write(2, 6), read(1, 5L));
        assertThat(SessionCheck.check(history)).isEmpty();
        isBack(SessionCheck.check(history, operation -> 0));
    }

    @Test
    void aSessionReadsItsWrites() {
        isBack(check(write(2, 4), write(1, 5), read(1, 4L)));
    }

    @Test
    void aSessionThatHasReadSomethingReadsNothingOlder() {
        isBack(check(write(2, 4), write(2, 5), read(1, 5L), read(1, 4L)));
    }

    @Test
    void aSessionThatHasWrittenIsNotRefusedBySomethingOlder() {
        Operation refused = Operation.create(1, 9, 100).refused(tag(4), 101);
        isBack(check(write(2, 4), write(1, 5), refused));
    }

    @Test
    void aWriteComesAfterWhatItsSessionHasSeen() {
        isBack(check(write(2, 5), read(1, 5L), write(1, 4)));
        Operation swap = Operation.compareAndSet(1, tag(4), 9L, 100).done(tag(7), 101);
        isBack(check(write(2, 4), write(2, 5), read(1, 5L), swap));
    }

    @Test
    void aWriteHasAnotherTagThanWhatItsSessionHasSeen() {
        isBack(check(read(1, 5L), write(1, 5)));
    }

    @Test
    void whatOverlapsIsNotYetKnown() {
        Operation early = Operation.read(1, 10).shown(5L, tag(5), 20);
        Operation late = Operation.read(1, 15).shown(4L, tag(4), 30);
        assertThat(check(early, late)).isEmpty();
    }

    @Test
    void twoWritesWithOneTagAreNamed() {
        assertThat(check(write(1, 5), write(2, 5))).singleElement().asString().contains("one tag");
    }

    @Test
    void nothingIsFoundOnlyIfSomebodyMayHaveDeletedIt() {
        isBack(check(write(1, 5), read(1, null)));
        assertThat(check(write(1, 5), Operation.delete(2, ++now), read(1, null)))
                .isEmpty();
        Operation tooEarly = Operation.delete(2, ++now).done(null, ++now);
        isBack(check(tooEarly, write(1, 5), read(1, null)));
        Operation lower = Operation.delete(2, ++now).done(tag(4), 1000);
        isBack(check(lower, write(1, 5), read(1, null)));
    }

    @Test
    void whatIsFoundGoneStaysGone() {
        isBack(check(write(1, 5), Operation.delete(2, ++now), read(1, null), read(1, 5L)));
        isBack(check(write(1, 5), Operation.delete(1, ++now).done(null, ++now), read(1, 5L)));
        assertThat(check(write(1, 5), Operation.delete(2, ++now), read(1, null), write(2, 6), read(1, 6L)))
                .isEmpty();
    }

    @Test
    void whoFindsNothingKnowsNothingOfWhatCameSince() {
        Operation before = Operation.read(1, 0).shown(null, null, 10);
        Operation write = Operation.write(1, 5, 1).done(tag(5), 9);
        assertThat(check(before, write, Operation.read(1, 20).shown(5L, tag(5), 21)))
                .isEmpty();
    }
}
