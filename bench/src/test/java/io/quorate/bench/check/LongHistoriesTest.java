package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What it costs to judge thousands of operations on one key, counted in steps: those are the same on every machine. */
class LongHistoriesTest {
    private static final int OPERATIONS = 5000;

    private static List<Operation> history(int clients, int unknownPercent, boolean deletesTellTags, int seed) {
        return HonestRegister.history(
                new HonestRegister.Settings(OPERATIONS, clients, unknownPercent, 50, 5, deletesTellTags, 0), seed);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, true", "16, 0, true", "16, 2, true", "16, 20, true", "16, 0, false", "20, 5, false"})
    void aGoodHistoryTakesHardlyMoreThanOneStepAnOperation(int clients, int unknownPercent, boolean deletesTellTags) {
        for (int seed = 1; seed <= 2; seed++) {
            List<Operation> history = history(clients, unknownPercent, deletesTellTags, seed);
            Verdict verdict = LinearizabilityCheck.check(history, 2 * OPERATIONS);
            assertThat(verdict).as("seed %d", seed).isInstanceOf(Verdict.Ok.class);
            assertThat(SessionCheck.check(history, operation -> 0)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0, true", "16, 0, true", "16, 2, true", "16, 20, true", "16, 0, false", "20, 5, false"})
    void aStaleReadNearTheEndIsProvedAndToldInAFewLines(int clients, int unknownPercent, boolean deletesTellTags) {
        List<Operation> history = new ArrayList<>(history(clients, unknownPercent, deletesTellTags, 1));
        int late = lastRead(history, history.size());
        int early = lastRead(history, history.size() / 2);
        Operation stale = history.get(early);
        history.set(
                late,
                history.get(late)
                        .shown(stale.value(), stale.tag(), history.get(late).returned()));
        Verdict verdict = LinearizabilityCheck.check(history, 20 * OPERATIONS);
        assertThat(verdict).isInstanceOf(Verdict.Broken.class);
        assertThat(((Verdict.Broken) verdict).excerpt()).hasSizeLessThan(20);
    }

    private static int lastRead(List<Operation> history, int before) {
        int at = before - 1;
        while (history.get(at).kind() != Operation.Kind.READ || history.get(at).tag() == null) {
            at--;
        }
        return at;
    }
}
