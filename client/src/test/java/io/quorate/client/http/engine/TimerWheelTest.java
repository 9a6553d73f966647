package io.quorate.client.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
    private static final long MILLI = 1_000_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyTimerRingsOnceNeitherEarlyNorLateUnlessItWasStopped(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] now = {random.nextLong()};
        TimerWheel wheel = new TimerWheel(now[0]);
        List<Long> wrong = new ArrayList<>();
        int[] rung = {0};
        int expected = 0;
        for (int i = 0; i < 5000; i++) {
            long due = now[0] + random.nextLong(-MILLI, 3000 * MILLI);
            TimerWheel.Entry timer = wheel.set(due, () -> {
                rung[0]++;
                if (now[0] - due < 0) {
                    wrong.add(due);
                }
            });
            if (random.nextInt(3) == 0) {
                timer.stop();
            } else {
                expected++;
            }
            long wait = wheel.millisToNext();
            long step = random.nextInt(10) == 0 ? random.nextLong(5000 * MILLI) : random.nextLong(3 * MILLI);
            now[0] += wait < 0 ? step : Math.min(step, wait * MILLI);
            wheel.advance(now[0], Runnable::run);
        }
        now[0] += 10_000 * MILLI;
        wheel.advance(now[0], Runnable::run);

        assertThat(wrong).isEmpty();
        assertThat(rung[0]).isEqualTo(expected);
        assertThat(wheel.millisToNext()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 1000, 1024, 1025, 5000})
    void theWaitNeverPassesATimer(long millis) {
        TimerWheel wheel = new TimerWheel(0);
        boolean[] rung = {false};
        wheel.set(millis * MILLI, () -> rung[0] = true);
        long now = 0;
        for (int i = 0; i < 10 && !rung[0]; i++) {
            now += wheel.millisToNext() * MILLI;
            wheel.advance(now, Runnable::run);
        }
        assertThat(rung[0]).isTrue();
        assertThat(now).isEqualTo(millis * MILLI);
    }
}
