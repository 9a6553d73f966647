package io.quorate.node.protocol.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.topology.NodeId;
import org.junit.jupiter.api.Test;

class ResendTimesTest {
    private static final long MILLI = 1_000_000L;
    private static final NodeId PEER = NodeId.of("n2");
    private static final NodeId OTHER = NodeId.of("n3");

    private final ResendTimes times = new ResendTimes(200 * MILLI);

    private void answersTake(long millis, int count) {
        for (int i = 0; i < count; i++) {
            times.answered(PEER, millis * MILLI, millis * MILLI);
        }
    }

    @Test
    void ofAnUnknownOrQuickPeerWhatStaysWithoutAnswerIsRepeatedSoon() {
        assertThat(times.after(PEER)).isEqualTo(200 * MILLI);
        answersTake(2, 50);
        assertThat(times.after(PEER)).isEqualTo(200 * MILLI);
    }

    @Test
    void aPeerWhoseAnswersTakeLongIsGivenThatTimeAndTheOthersAreNot() {
        answersTake(300, 50);
        assertThat(times.after(PEER)).isBetween(300 * MILLI, 320 * MILLI);
        assertThat(times.after(OTHER)).isEqualTo(200 * MILLI);
    }

    @Test
    void answersThatVaryAreWaitedForLongerThanTheirMean() {
        for (int i = 0; i < 50; i++) {
            answersTake(50, 1);
            answersTake(250, 1);
        }
        assertThat(times.after(PEER)).isGreaterThan(400 * MILLI);
    }

    @Test
    void noPeerIsWaitedForWithoutBound() {
        answersTake(30_000, 50);
        assertThat(times.after(PEER)).isEqualTo(800 * MILLI);
    }

    @Test
    void aPeerThatIsQuickAgainIsSoonTreatedSo() {
        answersTake(1000, 50);
        answersTake(5, 50);
        assertThat(times.after(PEER)).isEqualTo(200 * MILLI);
    }

    @Test
    void anAnswerToARepetitionOfWhatWasLostDoesNotCount() {
        answersTake(10, 50);
        for (int i = 0; i < 50; i++) {
            times.answered(PEER, 210 * MILLI, 10 * MILLI);
        }
        assertThat(times.after(PEER)).isEqualTo(200 * MILLI);
    }

    @Test
    void anAnswerRightAfterTheRepetitionIsOneToTheFirst() {
        answersTake(190, 50);
        for (int i = 0; i < 50; i++) {
            times.answered(PEER, 260 * MILLI, 30 * MILLI);
        }
        assertThat(times.after(PEER)).isGreaterThan(250 * MILLI);
    }

    @Test
    void aPeerThatHasGoneIsForgotten() {
        answersTake(500, 50);
        times.forget(PEER);
        assertThat(times.after(PEER)).isEqualTo(200 * MILLI);
        times.answered(PEER, 500 * MILLI, 300 * MILLI);
        assertThat(times.after(PEER)).isEqualTo(200 * MILLI);
    }
}
