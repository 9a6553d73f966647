package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.check.KeyHistories.Seen;
import io.quorate.bench.check.KeyHistories.Shown;
import io.quorate.bench.check.KeyHistories.Write;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyHistoriesTest {
    private final KeyHistories histories = new KeyHistories();
    private long now;

    private Write write(Seen seen) {
        return histories.begin("k", false, seen, ++now);
    }

    private Write done(Seen seen) {
        Write write = write(seen);
        write.acknowledge(true, ++now);
        return write;
    }

    private static Dot dot(int number) {
        return new Dot(new ActorId(NodeId.of("n1"), 0, 1), number + 1);
    }

    private static List<Shown> versions(Collection<Integer> numbers) {
        return numbers.stream().map(number -> new Shown(number, dot(number))).toList();
    }

    /** What the answer to a write shows its writer. */
    private static Seen after(Write write) {
        return write.after(CausalContext.EMPTY.with(dot(write.number())));
    }

    private List<String> check(Integer... last) {
        return histories.check(Map.of("k", versions(List.of(last))));
    }

    private void read(Collection<Integer> numbers) {
        long begun = ++now;
        histories.read("k", versions(numbers), begun, ++now);
    }

    @Test
    void theTwinOfARepeatedWriteWasNotReplacedByWhoSawTheOther() {
        Write first = done(Seen.NOTHING);
        done(after(first));
        Dot twin = new Dot(new ActorId(NodeId.of("n2"), 0, 9), 1);
        assertThat(histories.check(Map.of("k", List.of(new Shown(0, twin), new Shown(1, dot(1))))))
                .isEmpty();
    }

    @Test
    void writesThatKnowNothingOfEachOtherStayBoth() {
        done(Seen.NOTHING);
        done(Seen.NOTHING);
        assertThat(check(0, 1)).isEmpty();
        assertThat(check(1)).singleElement().asString().contains("lost").contains("write 0");
    }

    @Test
    void whatWasReplacedIsGoneAndStaysGone() {
        Write first = done(Seen.NOTHING);
        Write second = done(after(first));
        Write third = done(histories.seen(
                "k", versions(List.of(1)), CausalContext.EMPTY.with(dot(0)).with(dot(second.number()))));
        assertThat(check(third.number())).isEmpty();
        assertThat(check(first.number(), third.number()))
                .singleElement()
                .asString()
                .contains("comes back");
    }

    @Test
    void aDeleteReplacesAndShowsNothing() {
        Write first = done(Seen.NOTHING);
        Write delete = histories.begin("k", true, after(first), ++now);
        assertThat(check()).as("it may have happened").isEmpty();
        assertThat(check(0)).as("or not").isEmpty();
        delete.acknowledge(true, ++now);
        assertThat(check()).isEmpty();
        assertThat(check(0)).singleElement().asString().contains("comes back");
    }

    @Test
    void aRefusedWriteHasReplacedNothingAndIsNotShown() {
        Write first = done(Seen.NOTHING);
        write(after(first)).refuse();
        assertThat(check(0)).isEmpty();
        assertThat(check()).singleElement().asString().contains("lost");
        assertThat(check(0, 1)).singleElement().asString().contains("did not happen");
    }

    @Test
    void whatTooFewHomesHeldMayBeLostAndMayStay() {
        Write first = done(Seen.NOTHING);
        Write weak = write(after(first));
        weak.acknowledge(false, ++now);
        assertThat(check(1)).isEmpty();
        assertThat(check(0)).isEmpty();
        assertThat(check(0, 1)).as("the first was not surely replaced").isEmpty();
    }

    @Test
    void readsOfAQuorumAreHeldToWhatWasAcknowledgedBeforeThem() {
        read(List.of());
        Write first = done(Seen.NOTHING);
        read(List.of());
        read(List.of(0));
        done(after(first));
        read(List.of(0));
        assertThat(check(1))
                .hasSize(3)
                .anySatisfy(line ->
                        assertThat(line).contains("in a read").contains("lost").contains("write 0"))
                .anySatisfy(line ->
                        assertThat(line).contains("in a read").contains("lost").contains("write 1"))
                .anySatisfy(line -> assertThat(line).contains("in a read").contains("comes back"));
    }

    @Test
    void readsMayShowWhatIsUnderWay() {
        long begun = ++now;
        write(Seen.NOTHING);
        histories.read("k", versions(List.of(0)), begun, ++now);
        histories.read("k", List.of(), begun, ++now);
        assertThat(check(0)).isEmpty();
        assertThat(check(7)).singleElement().asString().contains("nobody wrote");
    }

    @Test
    void aKeyOfWhichNothingIsKnownIsWrong() {
        done(Seen.NOTHING);
        assertThat(histories.check(Map.of())).hasSize(1);
    }
}
