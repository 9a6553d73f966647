package io.quorate.ring.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("V6")
class WallTimeTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long TEN_YEARS = 315_576_000_000L;
    private static final long TEN_MINUTES = 600_000;

    private static WallTime agreed(long own, List<Long> peers) {
        return WallTime.agreed(own, peers, 3, 60_000);
    }

    @Test
    void aClockWithinTheBoundIsUsedAsItIs() {
        assertThat(agreed(NOW + 59_000, List.of(NOW, NOW)).millis()).isEqualTo(NOW + 59_000);
        assertThat(agreed(NOW - 59_000, List.of(NOW, NOW)).millis()).isEqualTo(NOW - 59_000);
    }

    @Test
    void aClockBeyondTheBoundIsReplacedByTheMedianOnEitherSide() {
        assertThat(agreed(NOW + TEN_YEARS, List.of(NOW, NOW + 5)).millis()).isEqualTo(NOW + 5);
        assertThat(agreed(NOW - TEN_MINUTES, List.of(NOW, NOW + 5)).millis()).isEqualTo(NOW);
    }

    @Test
    void oneCrazyPeerMovesNobody() {
        WallTime time = agreed(NOW, List.of(NOW + TEN_YEARS, NOW + 3));
        assertThat(time.millis()).isEqualTo(NOW);
        assertThat(time.isTooFarAhead(HybridTime.ofMillis(NOW + TEN_YEARS))).isTrue();
    }

    @Test
    void ofTwoClocksTheEarlierStampsAndTheLaterJudges() {
        WallTime ahead = agreed(NOW + TEN_YEARS, List.of(NOW));
        assertThat(ahead.millis()).isEqualTo(NOW);
        WallTime behind = agreed(NOW, List.of(NOW + TEN_MINUTES));
        assertThat(behind.millis()).isEqualTo(NOW);
        assertThat(behind.isTooFarAhead(HybridTime.ofMillis(NOW + TEN_MINUTES)))
                .as("it may be this node's clock that is wrong")
                .isFalse();
    }

    @Test
    void aNodeThatHasHeardNobodyTrustsNoClockUnlessItIsAlone() {
        assertThat(agreed(NOW, List.of()).millis()).isZero();
        assertThat(WallTime.agreed(NOW, List.of(), 1, 60_000).millis()).isEqualTo(NOW);
    }
}
