package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The judge is judged: good histories pass, each kind of bad one is named. */
class CausalOracleTest {
    private static final String KEY = "k";
    private final Set<Dot> onDisk = new HashSet<>();
    private final CausalOracle oracle = new CausalOracle(3, 0, (key, dot) -> onDisk.contains(dot));
    private final Dot first = dot(1);
    private final Dot second = dot(2);

    private static Dot dot(long counter) {
        return new Dot(new ActorId(NodeId.of("n1"), 0, 7), counter);
    }

    private static CausalContext context(Dot... dots) {
        CausalContext context = CausalContext.EMPTY;
        for (Dot dot : dots) {
            context = context.with(dot);
        }
        return context;
    }

    private void put(int operation, Dot dot, CausalContext seen, int w, long now) {
        oracle.took(operation, KEY, dot, seen, false);
        if (w > 0) {
            oracle.acknowledged(operation, KEY, seen, seen.with(dot), w, now);
        }
    }

    private CausalOracle.Answer answer(CausalContext context, int r, long start, CausalOracle.Shown... shown) {
        return new CausalOracle.Answer(KEY, List.of(shown), context, r, r >= 2, start, start + 1);
    }

    @Test
    void aWriteThatReplacedAnotherMayStandAlone() {
        put(1, first, CausalContext.EMPTY, 2, 10);
        put(2, second, context(first), 2, 20);
        assertThatCode(() -> oracle.read(answer(context(first, second), 2, 30, new CausalOracle.Shown(second, 2))))
                .doesNotThrowAnyException();
    }

    @Test
    void anAcknowledgedWriteThatIsMissingIsNamed() {
        put(1, first, CausalContext.EMPTY, 2, 10);
        assertThatThrownBy(() -> oracle.read(answer(CausalContext.EMPTY, 2, 30)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("lost");
    }

    @Test
    void aReplacementThatTheAnswerDoesNotKnowExcusesNothing() {
        put(1, first, CausalContext.EMPTY, 2, 10);
        oracle.took(2, KEY, second, context(first), false);
        assertThatThrownBy(() -> oracle.read(answer(CausalContext.EMPTY, 2, 30)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("lost");
        assertThatThrownBy(() -> oracle.read(answer(context(first), 1, 30)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("covers");
    }

    @Test
    void aDeleteExcusesAnAbsenceOnceItIsOnADisk() {
        put(1, first, CausalContext.EMPTY, 2, 10);
        oracle.took(-1, KEY, second, context(first), true);
        assertThatThrownBy(() -> oracle.read(answer(CausalContext.EMPTY, 2, 30)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("lost");
        onDisk.add(second);
        assertThatCode(() -> oracle.read(answer(CausalContext.EMPTY, 2, 30))).doesNotThrowAnyException();
    }

    @Test
    void whatADeleteRemovedMayComeBackOnlyUntilItIsAcknowledged() {
        put(1, first, CausalContext.EMPTY, 1, 10);
        oracle.took(-1, KEY, second, context(first), true);
        onDisk.add(second);
        CausalOracle.Answer back = answer(context(first), 2, 50, new CausalOracle.Shown(first, 1));
        oracle.read(answer(context(first, second), 2, 30));
        assertThatCode(() -> oracle.read(back)).doesNotThrowAnyException();
        oracle.deleteAcknowledged(KEY, context(first, second), 2, 45);
        assertThatThrownBy(() -> oracle.read(back)).isInstanceOf(Violation.class);
    }

    @Test
    void aWriteBelowTheReadsQuorumMayBeMissed() {
        put(1, first, CausalContext.EMPTY, 1, 10);
        assertThatCode(() -> oracle.read(answer(CausalContext.EMPTY, 2, 30))).doesNotThrowAnyException();
    }

    @Test
    void aReplacedWriteThatComesBackIsNamed() {
        put(1, first, CausalContext.EMPTY, 2, 10);
        put(2, second, context(first), 2, 20);
        assertThatThrownBy(() -> oracle.read(answer(
                        context(first, second),
                        2,
                        30,
                        new CausalOracle.Shown(first, 1),
                        new CausalOracle.Shown(second, 2))))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("comes back");
    }

    @Test
    void aContextThatCoversWhatWasNotShownIsNamed() {
        put(1, first, CausalContext.EMPTY, 0, 0);
        assertThatThrownBy(() -> oracle.read(answer(context(first), 1, 30)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("covers");
    }

    @Test
    void anAnswerToAWriteThatCoversASiblingIsNamed() {
        put(1, first, CausalContext.EMPTY, 2, 10);
        oracle.took(2, KEY, second, CausalContext.EMPTY, false);
        assertThatThrownBy(() -> oracle.acknowledged(2, KEY, CausalContext.EMPTY, context(first, second), 2, 20))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("covers");
    }

    @Test
    void aQuorumReadThatGoesBackIsNamed() {
        put(1, first, CausalContext.EMPTY, 0, 0);
        oracle.read(answer(context(first), 2, 30, new CausalOracle.Shown(first, 1)));
        assertThatThrownBy(() -> oracle.read(answer(CausalContext.EMPTY, 2, 40)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("never go back");
    }

    @Test
    void aRefusedWriteThatAppearsIsNamed() {
        put(1, first, CausalContext.EMPTY, 0, 0);
        oracle.notApplied(1);
        assertThatThrownBy(() -> oracle.read(answer(context(first), 1, 30, new CausalOracle.Shown(first, 1))))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("not-applied");
    }

    @Test
    void oneDotForTwoWritesIsNamed() {
        oracle.publish(first, 1);
        assertThatThrownBy(() -> oracle.publish(first, 2))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("unique");
    }

    private static CausalContext stamped(long time, Dot... dots) {
        return context(dots).atLeast(new HybridTime(time));
    }

    @Test
    void whereTheLastWriterWinsALoserNeedNotBeShown() {
        put(1, first, stamped(5), 2, 10);
        put(2, second, stamped(6), 2, 20);
        assertThatCode(() -> oracle.read(answer(stamped(6, first, second), 2, 30, new CausalOracle.Shown(second, 2))))
                .doesNotThrowAnyException();
    }

    @Test
    void whereTheLastWriterWinsAWinnerThatIsMissingIsNamed() {
        put(1, first, stamped(5), 2, 10);
        put(2, second, stamped(6), 2, 20);
        assertThatThrownBy(() -> oracle.read(answer(stamped(6, first), 2, 30, new CausalOracle.Shown(first, 1))))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("lost");
    }

    @Test
    void aLoserThatNobodyReplacedIsMissedOnceItsWinnerIsDeleted() {
        put(1, first, stamped(5), 2, 10);
        put(2, second, stamped(6), 2, 20);
        Dot third = dot(3);
        oracle.took(-1, KEY, third, stamped(7, second), true);
        onDisk.add(third);
        assertThatThrownBy(() -> oracle.read(answer(stamped(7, second, third), 2, 40)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("lost");
        assertThatCode(() ->
                        oracle.read(answer(stamped(7, first, second, third), 2, 40, new CausalOracle.Shown(first, 1))))
                .doesNotThrowAnyException();
    }

    @Test
    void aStampThatDoesNotExceedWhatItsWriterSawIsNamed() {
        put(1, first, stamped(5), 2, 10);
        assertThatThrownBy(() -> put(2, second, stamped(5, first), 2, 20))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("exceeds");
    }
}
