package io.quorate.node.protocol.pace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreezeWatchTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private static long ticked(FreezeWatch watch, long from, long to) {
        for (long at = from; at <= to; at += 100 * MILLI) {
            watch.tick(at);
            assertThat(watch.justWoken(at + 99 * MILLI)).isZero();
        }
        return to;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -7_000_000_000L, Long.MAX_VALUE - 3_000_000_000L})
    void aProcessThatRunsHasNotWoken(long start) {
        ticked(new FreezeWatch(start), start, start + 5 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -7_000_000_000L, Long.MAX_VALUE - 3_000_000_000L})
    void afterAPauseRequestsAreHeldForOldForAMoment(long start) {
        FreezeWatch watch = new FreezeWatch(start);
        long slept = ticked(watch, start, start + SECOND);
        long woke = slept + 20 * SECOND;
        assertThat(watch.justWoken(woke)).as("before the ticker runs").isEqualTo(20 * SECOND);
        watch.tick(woke);
        assertThat(watch.justWoken(woke + MILLI)).isEqualTo(20 * SECOND);
        watch.tick(woke + 100 * MILLI);
        assertThat(watch.justWoken(woke + 199 * MILLI)).isEqualTo(20 * SECOND);
        watch.tick(woke + 200 * MILLI);
        assertThat(watch.justWoken(woke + 200 * MILLI)).isZero();
    }

    @Test
    void aShortPauseIsNone() {
        FreezeWatch watch = new FreezeWatch(0);
        watch.tick(900 * MILLI);
        assertThat(watch.justWoken(900 * MILLI)).isZero();
    }
}
