package io.quorate.node.protocol.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.topology.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerTimesTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final NodeId C = NodeId.of("c");
    private static final List<NodeId> HOMES = List.of(A, B, C);
    private static final long MILLI = 1_000_000L;

    private final AnswerTimes times = new AnswerTimes(PaceSettings.DEFAULT);
    private long now = -5_000 * MILLI;
    private long question;

    private void answers(NodeId peer, long nanos, int count) {
        for (int i = 0; i < count; i++) {
            times.asked(peer, ++question, 2, now);
            now += nanos;
            times.answered(peer, question, now);
        }
    }

    private AnswerTimes.Ranking rank() {
        return times.rank(HOMES, home -> false, now);
    }

    @Test
    void homesOfWhichNothingIsKnownKeepTheirOrder() {
        assertThat(rank()).isEqualTo(new AnswerTimes.Ranking(HOMES, 3, 3));
    }

    @Test
    void homesOfLikeTimesKeepTheirOrderSoThatLoadStaysSpread() {
        answers(A, MILLI * 3 / 2, 10);
        answers(B, MILLI, 10);
        answers(C, MILLI, 10);
        assertThat(rank().order()).isEqualTo(HOMES);
    }

    @Test
    void aMuchSlowerHomeIsAskedLastAndIsNotWorthAHedge() {
        answers(A, 200 * MILLI, 10);
        answers(B, 4 * MILLI, 10);
        answers(C, MILLI, 10);
        assertThat(rank()).isEqualTo(new AnswerTimes.Ranking(List.of(C, B, A), 1, 2));
    }

    @Test
    void slownessBelowTheFloorIsNone() {
        answers(A, 9 * MILLI, 10);
        answers(B, MILLI, 10);
        answers(C, MILLI, 10);
        assertThat(rank()).isEqualTo(new AnswerTimes.Ranking(List.of(B, C, A), 2, 3));
    }

    @Test
    void aHomeThatOwesAnAnswerIsPassedOverBeforeItGivesOne() {
        HOMES.forEach(home -> answers(home, MILLI, 10));
        times.asked(A, 1_000, 2, now);
        now += 11 * MILLI;
        assertThat(rank().order()).isEqualTo(List.of(B, C, A));
        times.answered(A, 1_000, now);
        assertThat(rank().fast())
                .as("one late answer does not make a slow home")
                .isEqualTo(3);
    }

    @Test
    void aLostAnswerIsForgottenWithTheNextOne() {
        HOMES.forEach(home -> answers(home, MILLI, 10));
        times.asked(A, 1_000, 2, now);
        now += MILLI;
        answers(A, MILLI, 1);
        now += 60_000 * MILLI;
        assertThat(rank().order()).isEqualTo(HOMES);
        times.answered(A, 1_000, now);
        assertThat(rank().order())
                .as("what comes a minute late is of no interest")
                .isEqualTo(HOMES);
    }

    @Test
    void aHomeThatIsNotReadyIsLastHoweverQuick() {
        HOMES.forEach(home -> answers(home, MILLI, 10));
        assertThat(times.rank(HOMES, A::equals, now)).isEqualTo(new AnswerTimes.Ranking(List.of(B, C, A), 2, 2));
    }

    @Test
    void aSlowHomeIsProbedOnceASecondAndComesBackAfterThreeQuickAnswers() {
        HOMES.forEach(home -> answers(home, home.equals(A) ? 400 * MILLI : MILLI, 10));
        assertThat(times.probeDue(A, now)).isTrue();
        assertThat(times.probeDue(A, now + 999 * MILLI)).isFalse();
        now += 1_000 * MILLI;
        for (int i = 0; i < 3; i++) {
            assertThat(rank().order()).isEqualTo(List.of(B, C, A));
            assertThat(times.probeDue(A, now)).isTrue();
            times.asked(A, ++question, AnswerTimes.PROBE, now);
            now += MILLI;
            times.answered(A, question, now);
            now += 50 * MILLI;
        }
        assertThat(rank().order()).isEqualTo(HOMES);
    }

    @Test
    void theHedgeWaitsForTheUsualTimeOfItsKindWithinBounds() {
        assertThat(times.hedgeAfter(2, MILLI, 100 * MILLI)).as("unknown").isEqualTo(100 * MILLI);
        answers(A, 5 * MILLI, 95);
        answers(A, 300 * MILLI, 5);
        assertThat(times.hedgeAfter(2, MILLI, 100 * MILLI)).isBetween(5 * MILLI, 7 * MILLI);
        assertThat(times.hedgeAfter(2, 20 * MILLI, 100 * MILLI)).isEqualTo(20 * MILLI);
        assertThat(times.hedgeAfter(1, MILLI, 100 * MILLI)).as("another kind").isEqualTo(100 * MILLI);
        answers(A, 300 * MILLI, 50);
        assertThat(times.hedgeAfter(2, MILLI, 100 * MILLI)).isEqualTo(100 * MILLI);
    }

    @Test
    void percentilesForgetWhatIsLongPast() {
        RecentTimes recent = new RecentTimes();
        assertThat(recent.percentile(95)).isZero();
        for (int i = 0; i < 5_000; i++) {
            recent.record(100 * MILLI);
        }
        assertThat(recent.percentile(50)).isBetween(100 * MILLI, 125 * MILLI);
        for (int i = 0; i < 5_000; i++) {
            recent.record(MILLI);
        }
        assertThat(recent.percentile(95)).isBetween(MILLI, MILLI * 5 / 4);
        assertThat(recent.samples()).isLessThanOrEqualTo(1_000);
    }

    @Test
    void anAllowanceOfNothingIsNoneFromTheStart() {
        Allowance allowance = new Allowance(0, 4);
        for (int i = 0; i < 10_000; i++) {
            assertThat(allowance.spend()).isFalse();
            allowance.earn();
        }
    }

    @Test
    void anAllowanceIsAShareOfWhatIsAskedAndSavesUpLittle() {
        Allowance allowance = new Allowance(50, 4);
        for (int i = 0; i < 4; i++) {
            assertThat(allowance.spend()).isTrue();
        }
        assertThat(allowance.spend()).isFalse();
        for (int i = 0; i < 20; i++) {
            allowance.earn();
        }
        assertThat(allowance.spend()).isTrue();
        assertThat(allowance.spend()).isFalse();
        for (int i = 0; i < 10_000; i++) {
            allowance.earn();
        }
        for (int i = 0; i < 4; i++) {
            assertThat(allowance.spend()).isTrue();
        }
        assertThat(allowance.spend()).isFalse();
    }
}
