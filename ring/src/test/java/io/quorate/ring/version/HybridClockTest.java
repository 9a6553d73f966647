package io.quorate.ring.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("V6")
class HybridClockTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long MINUTE = 60_000;

    private final HybridClock clock = new HybridClock(HybridTime.NONE);

    private static WallTime at(long millis) {
        return new WallTime(millis, millis, MINUTE);
    }

    @Test
    void timesFollowTheWallClockAndCountWithinItsMillisecond() {
        HybridTime first = clock.next(HybridTime.NONE, at(NOW));
        HybridTime second = clock.next(HybridTime.NONE, at(NOW));
        HybridTime later = clock.next(HybridTime.NONE, at(NOW + 5));
        assertThat(List.of(first.millis(), second.millis(), later.millis())).containsExactly(NOW, NOW, NOW + 5);
        assertThat(List.of(first.counter(), second.counter(), later.counter())).containsExactly(0, 1, 0);
        assertThat(second.toText()).isEqualTo("2023-11-14T22:13:20Z/1");
    }

    @Test
    void aClockThatGoesBackTakesNoTimeWithIt() {
        HybridTime before = clock.next(HybridTime.NONE, at(NOW));
        assertThat(clock.next(HybridTime.NONE, at(NOW - 600_000))).isEqualTo(before.next());
    }

    @Test
    void aTimeExceedsWhatWasSeenElsewhereAndWhatItIsTold() {
        HybridTime seen = HybridTime.ofMillis(NOW + 30_000).next();
        assertThat(clock.observe(seen, at(NOW))).isTrue();
        assertThat(clock.next(HybridTime.NONE, at(NOW))).isEqualTo(seen.next());
        HybridTime told = HybridTime.ofMillis(NOW + 40_000);
        assertThat(clock.next(told, at(NOW))).isEqualTo(told.next());
    }

    @Test
    void aTimeFurtherAheadThanTheBoundIsRefusedAndMovesNothing() {
        HybridTime ahead = HybridTime.ofMillis(NOW + MINUTE + 1);
        assertThat(clock.observe(ahead, at(NOW))).isFalse();
        assertThat(clock.last()).isEqualTo(HybridTime.NONE);
        assertThat(clock.observe(HybridTime.ofMillis(NOW + MINUTE), at(NOW))).isTrue();
    }

    @Test
    void exceedingATimeFromTheFarFutureLeavesTheClockWhereItWas() {
        HybridTime tenYears = HybridTime.ofMillis(NOW + 315_576_000_000L);
        assertThat(clock.next(tenYears, at(NOW))).isEqualTo(tenYears.next());
        assertThat(clock.next(HybridTime.NONE, at(NOW)).millis()).isEqualTo(NOW);
    }

    @Test
    void countingOnIsNoStepAheadAfterAllClocksWereSetBack() {
        HybridTime before = clock.next(HybridTime.NONE, at(NOW));
        HybridTime after = clock.next(HybridTime.NONE, at(NOW - 600_000));
        assertThat(clock.last()).isEqualTo(after).isGreaterThan(before);
    }

    @Test
    void aCounterThatRunsOverCarriesIntoTheMilliseconds() {
        HybridTime last = new HybridTime((NOW << 16) | 0xffff);
        assertThat(last.next().millis()).isEqualTo(NOW + 1);
        assertThat(last.next().counter()).isZero();
    }

    @Test
    void theRangeIsFromTheEpochToTheYear6429() {
        assertThat(HybridTime.ofMillis(-5)).isEqualTo(HybridTime.NONE);
        assertThat(HybridTime.ofMillis(Long.MAX_VALUE).millis()).isEqualTo(HybridTime.MILLIS_MAX);
        assertThat(HybridTime.ofMillis(HybridTime.MILLIS_MAX).toText()).startsWith("6429-");
        assertThatThrownBy(() -> new HybridTime(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HybridTime(Long.MAX_VALUE).next()).isInstanceOf(ArithmeticException.class);
    }

    /** Whatever the wall clocks do, a write that knows of another, by its context or by what is stored, bears a later time. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void timesExtendCausalityUnderAnyClocks(long seed) {
        Random random = new Random(seed);
        HybridClock[] clocks = {new HybridClock(HybridTime.NONE), new HybridClock(HybridTime.NONE), clock};
        HybridTime[] latest = {HybridTime.NONE, HybridTime.NONE, HybridTime.NONE};
        for (int step = 0; step < 2000; step++) {
            int at = random.nextInt(3);
            int from = random.nextInt(3);
            HybridTime heard = random.nextBoolean() ? latest[from] : HybridTime.NONE;
            HybridTime given = clocks[at].next(heard.max(latest[at]), at(NOW + random.nextInt(1_200_000) - 600_000));
            assertThat(given).isGreaterThan(heard).isGreaterThan(latest[at]);
            latest[at] = given;
        }
    }
}
