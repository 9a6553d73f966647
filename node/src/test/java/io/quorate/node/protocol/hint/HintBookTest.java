package io.quorate.node.protocol.hint;

import static io.quorate.node.fixture.TestKeys.dot;
import static io.quorate.node.fixture.TestKeys.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.ManualStore;
import io.quorate.node.protocol.hint.HintBook.Added;
import io.quorate.node.protocol.hint.HintBook.Outcome;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HintBookTest {
    private static final NodeId HOME = NodeId.of("n3");
    private static final NodeId OTHER = NodeId.of("n2");
    private static final RecordKey ALICE = key("alice");

    private final ManualStore store = new ManualStore();
    private final List<RecordKey> lost = new ArrayList<>();
    private HintBook book = opened(HintSettings.DEFAULT);

    private HintBook opened(HintSettings settings) {
        HintBook opened = new HintBook(
                store,
                VersionRules.STANDARD,
                HintRules.STANDARD,
                () -> 1_000,
                settings,
                (target, key) -> lost.add(key));
        store.listen(done -> opened.durable(done.commit().id()));
        return opened;
    }

    private static Dot dotOf(long counter) {
        return dot("n1", ALICE.set().partition(), 7, counter);
    }

    private static VersionedObject put(CausalContext seen, long counter) {
        Version version = new Version(dotOf(counter), Bytes.ofUtf8("v" + counter), "t", 5, Bytes.ofUtf8("r" + counter));
        return VersionRules.STANDARD.put(seen, version);
    }

    private Hint next() {
        return Objects.requireNonNull(book.next(HOME));
    }

    @Test
    void writesOfAKeyMergeAndAllOfThemAreNamed() {
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), false);
        book.add(HOME, ALICE, put(CausalContext.EMPTY.with(dotOf(1)), 2), true);
        book.add(HOME, ALICE, VersionRules.STANDARD.delete(CausalContext.EMPTY.with(dotOf(2)), dotOf(3)), false);
        assertThat(book.size()).isEqualTo(1);
        Hint hint = next();
        assertThat(hint.object().state().versions()).isEmpty();
        assertThat(hint.object().applied()).containsExactly(dotOf(1), dotOf(2), dotOf(3));
        assertThat(hint.counted()).as("a level rests on one of them").isTrue();
    }

    @Test
    void whatIsNotDurableIsNeitherDeliveredNorShown() {
        store.slow();
        Added added = book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), true);
        assertThat(added.commit()).isPositive();
        assertThat(book.next(HOME)).isNull();
        assertThat(book.held(ALICE)).isNull();
        assertThat(book.newest(ALICE)).isNotNull();
        store.completeAll();
        assertThat(book.held(ALICE)).isNotNull();
        assertThat(next().key()).isEqualTo(ALICE);
    }

    @Test
    void theSameAgainIsDurableAlreadyEvenWhereThereIsNoMoreRoom() {
        book = opened(new HintSettings(1 << 20, 1 << 20, 1, 8, 1 << 20));
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), true);
        assertThat(book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), true)).isEqualTo(new Added(Outcome.KEPT, 0));
        assertThat(book.add(HOME, key("bob"), put(CausalContext.EMPTY, 2), true).outcome())
                .isEqualTo(Outcome.FULL);
    }

    @Test
    void aDeliveryEndsTheRevisionThatWasDelivered() {
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), false);
        Hint first = next();
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 2), false);
        book.delivered(first);
        assertThat(book.size()).isEqualTo(1);
        Hint second = next();
        assertThat(second.object().state().versions()).hasSize(2);
        book.delivered(second);
        assertThat(book.size()).isZero();
        assertThat(opened(HintSettings.DEFAULT).size()).as("on the disk").isZero();
    }

    @Test
    void oneThatCameBackUndeliveredIsTheNextAgain() {
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), false);
        Hint hint = next();
        assertThat(book.next(HOME)).as("under way").isNull();
        book.undelivered(hint);
        assertThat(next()).isEqualTo(hint);
    }

    @Test
    void tooManyWritesOfOneKeyAreLeftToComparison() {
        CausalContext seen = CausalContext.EMPTY;
        Outcome last = Outcome.KEPT;
        int kept = 0;
        for (int i = 1; i < 5_000 && last == Outcome.KEPT; i++) {
            VersionedObject write = put(seen, 2L * i);
            seen = write.state().context();
            last = book.add(HOME, ALICE, write, true).outcome();
            kept = i;
        }
        assertThat(last).isEqualTo(Outcome.FULL);
        assertThat(kept).isBetween(100, 2_000);
    }

    @Test
    void aHintThatIsGoneFromTheDiskIsGivenUpAndItsHomeNamed() {
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), false);
        store.listen(done -> {});
        store.commit(Commit.ofHints(99, List.of(new Commit.HintChange(HOME, ALICE, null))));
        assertThat(book.next(HOME)).isNull();
        assertThat(lost).containsExactly(ALICE);
        assertThat(book.size()).isZero();
    }

    @Test
    void syncPointsLookAtTheOldestWriteOfAMergedHint() {
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 1), false);
        long head = book.head();
        assertThat(book.oldestRevision()).isLessThan(head);
        book.add(HOME, ALICE, put(CausalContext.EMPTY, 2), false);
        book.add(OTHER, ALICE, put(CausalContext.EMPTY, 2), false);
        assertThat(book.oldestRevision()).isLessThan(head);
        book = opened(HintSettings.DEFAULT);
        assertThat(book.oldestRevision()).as("after a restart").isLessThan(head);
        for (NodeId home : List.of(HOME, OTHER)) {
            book.delivered(Objects.requireNonNull(book.next(home)));
        }
        assertThat(book.oldestRevision()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aStoreThatTakesNothingKeepsNothing() {
        HintBook closed = HintBook.closed(VersionRules.STANDARD, HintRules.STANDARD, () -> 1_000, HintSettings.DEFAULT);
        assertThat(closed.add(HOME, ALICE, put(CausalContext.EMPTY, 1), true).outcome())
                .isEqualTo(Outcome.REFUSED);
        assertThat(closed.next(HOME)).isNull();
        assertThat(closed.awaits(Commit.ofHints(1, List.of()))).isFalse();
    }
}
