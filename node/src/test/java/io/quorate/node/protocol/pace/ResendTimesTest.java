package io.quorate.node.protocol.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.topology.NodeId;
import org.junit.jupiter.api.Test;

class ResendTimesTest {
    private static final long MILLI = 1_000_000L;
    private static final long LONG = 10_000 * MILLI;
    private static final long FLOOR = 200 * MILLI;
    private static final NodeId PEER = NodeId.of("n2");
    private static final NodeId OTHER = NodeId.of("n3");

    private final ResendTimes times = new ResendTimes(FLOOR);

    /** Messages whose answers take so long, each repeated when it is due; returns how many of them were. */
    private int answersTake(long millis, int count) {
        int repeated = 0;
        for (int i = 0; i < count; i++) {
            if (millis * MILLI > times.after(PEER, LONG)) {
                repeated++;
                times.answeredRepeated(PEER);
            } else {
                times.answered(PEER, millis * MILLI);
            }
        }
        return repeated;
    }

    @Test
    void ofAnUnknownOrQuickPeerWhatStaysWithoutAnswerIsRepeatedSoon() {
        assertThat(times.after(PEER, LONG)).isEqualTo(FLOOR);
        answersTake(2, 50);
        assertThat(times.after(PEER, LONG)).isEqualTo(FLOOR);
    }

    @Test
    void aPeerThatBecomesSlowAtOnceIsSoonGivenTheTimeAndTheOthersAreNot() {
        answersTake(10, 50);
        assertThat(answersTake(350, 100)).isLessThanOrEqualTo(3);
        assertThat(times.after(PEER, LONG)).isBetween(350 * MILLI, 500 * MILLI);
        assertThat(times.after(OTHER, LONG)).isEqualTo(FLOOR);
    }

    @Test
    void aPeerThatIsSlowFromTheBeginningIsSoonGivenTheTime() {
        assertThat(answersTake(700, 100)).isLessThanOrEqualTo(3);
        times.forget(PEER);
        assertThat(times.after(PEER, LONG)).isEqualTo(FLOOR);
        assertThat(answersTake(700, 100)).isLessThanOrEqualTo(3);
    }

    @Test
    void answersThatVaryAreWaitedForLongerThanTheirMean() {
        for (int i = 0; i < 50; i++) {
            answersTake(50, 1);
            answersTake(190, 1);
        }
        assertThat(times.after(PEER, LONG)).isGreaterThan(300 * MILLI);
    }

    @Test
    void noPeerIsWaitedForWithoutBound() {
        assertThat(answersTake(30_000, 50)).isEqualTo(50);
        assertThat(times.after(PEER, LONG)).isEqualTo(4 * FLOOR);
    }

    @Test
    void halfOfTheTimeIsLeftForTheRepetition() {
        answersTake(700, 50);
        assertThat(times.after(PEER, 1_000 * MILLI)).isEqualTo(500 * MILLI);
        assertThat(times.after(PEER, 100 * MILLI)).isEqualTo(FLOOR);
    }

    @Test
    void aPeerThatIsQuickAgainIsSoonTreatedSo() {
        answersTake(700, 50);
        answersTake(5, 50);
        assertThat(times.after(PEER, LONG)).isEqualTo(FLOOR);
    }

    @Test
    void whatIsLostNowAndThenIsStillRepeatedSoon() {
        for (int i = 0; i < 20; i++) {
            answersTake(10, 4);
            times.answeredRepeated(PEER);
        }
        answersTake(10, 1);
        assertThat(times.after(PEER, LONG)).isEqualTo(FLOOR);
    }

    @Test
    void theFloorIsATime() {
        assertThatThrownBy(() -> new ResendTimes(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
