package io.quorate.node.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit against a queue with one server, in virtual time. */
final class QueueLimitTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long TIMEOUT = SECOND;
    private static final QueueLimit.Settings SETTINGS = QueueLimit.Settings.DEFAULT;

    /** Requests come at random and wait in order; those whose time is over when their turn comes cost next to nothing. */
    private static final class Station {
        private final QueueLimit limit = new QueueLimit(SETTINGS);
        private final Random random = new Random(1);
        private final Deque<Long> queue = new ArrayDeque<>();
        private final List<Long> waits = new ArrayList<>();
        private final double perSecond;
        private long now;
        private long arrivesAt;
        private long freeAt;
        private int good;
        private int late;
        private int refused;

        private Station(double perSecond) {
            this.perSecond = perSecond;
        }

        /** Lets time pass with so many times the requests that it can serve. */
        private Station run(double load, long nanos) {
            good = 0;
            late = 0;
            refused = 0;
            waits.clear();
            long until = now + nanos;
            arrivesAt = Math.max(arrivesAt, now);
            while (true) {
                Long first = queue.peek();
                long takesAt = first == null ? Long.MAX_VALUE : Math.max(freeAt, first);
                long next = Math.min(arrivesAt, takesAt);
                if (next >= until) {
                    now = until;
                    return this;
                }
                now = next;
                if (next == takesAt) {
                    take(queue.remove());
                } else {
                    arrive(load);
                }
            }
        }

        private void arrive(double load) {
            if (queue.size() < limit.limit()) {
                queue.add(now);
            } else {
                refused++;
            }
            arrivesAt = now + (long) (-Math.log(1 - random.nextDouble()) * SECOND / (perSecond * load));
        }

        private void take(long cameAt) {
            long wait = now - cameAt;
            limit.takenUp(wait, now);
            if (wait >= TIMEOUT) {
                late++;
            } else {
                good++;
                waits.add(wait);
                freeAt = now + (long) (SECOND / perSecond * (0.5 + random.nextDouble()));
            }
        }

        private void stall(long nanos) {
            freeAt = Math.max(now, freeAt) + nanos;
        }

        private long wait(double quantile) {
            Collections.sort(waits);
            return waits.get((int) ((waits.size() - 1) * quantile));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {200, 1_000, 6_000, 50_000})
    void tenTimesTheLoadIsServedAsMuchAsCanBeAndInTime(double perSecond) {
        Station station = new Station(perSecond);
        station.run(0.5, 5 * SECOND);
        station.run(10, 10 * SECOND);
        assertThat(station.good).isGreaterThan((int) (0.9 * 10 * perSecond));
        station.run(10, 10 * SECOND);
        assertThat(station.late).isZero();
        assertThat(station.good).isGreaterThan((int) (0.95 * 10 * perSecond));
        long floor = (long) (SETTINGS.floor() / perSecond * SECOND);
        assertThat(station.wait(0.99)).isLessThan(2 * SETTINGS.targetNanos() + floor);
    }

    @ParameterizedTest
    @ValueSource(doubles = {200, 1_000, 6_000})
    void tenSecondsAfterAnOverloadTheLimitIsWhatItWas(double perSecond) {
        Station station = new Station(perSecond);
        station.run(10, 20 * SECOND);
        assertThat(station.limit.limit()).isLessThan(SETTINGS.ceiling());
        station.run(0.5, 2 * SECOND);
        station.run(0.5, 8 * SECOND);
        assertThat(station.limit.limit()).isEqualTo(SETTINGS.ceiling());
        assertThat(station.refused).isZero();
    }

    @Test
    void loadThatCanBeCarriedIsNeverRefused() {
        assertThat(new Station(1_000).run(0.9, 60 * SECOND).refused).isZero();
    }

    @Test
    void aShortStallOfTheWholeNodeIsNoStandingQueue() {
        Station station = new Station(6_000);
        station.run(0.5, 5 * SECOND);
        station.stall(100 * MILLI);
        station.run(0.5, 5 * SECOND);
        assertThat(station.refused).isZero();
        assertThat(station.limit.limit()).isEqualTo(SETTINGS.ceiling());
    }

    @Test
    void anIdleTimeCountsAsOneWithoutQueue() {
        QueueLimit limit = new QueueLimit(SETTINGS);
        long now = 0;
        for (int i = 0; i < 100; i++) {
            now += 50 * MILLI;
            limit.takenUp(SECOND, now);
        }
        assertThat(limit.limit()).isEqualTo(SETTINGS.floor());
        limit.takenUp(0, now + 10 * SECOND);
        assertThat(limit.limit()).isEqualTo(SETTINGS.ceiling());
    }

    @Test
    void oneWindowTakesHalfOfTheLimitAtMost() {
        QueueLimit limit = new QueueLimit(SETTINGS);
        limit.takenUp(10 * SECOND, 0);
        limit.takenUp(10 * SECOND, SETTINGS.windowNanos());
        assertThat(limit.limit()).isEqualTo(SETTINGS.ceiling() / 2);
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new QueueLimit.Settings(0, 1, 1, 1)).hasMessageContaining("1 <= floor <= ceiling");
        assertThatThrownBy(() -> new QueueLimit.Settings(2, 1, 1, 1)).hasMessageContaining("1 <= floor <= ceiling");
        assertThatThrownBy(() -> new QueueLimit.Settings(1, 1, 0, 1)).hasMessageContaining("must be positive");
        assertThat(SETTINGS.within(4)).isEqualTo(new QueueLimit.Settings(4, 4, 50 * MILLI, 100 * MILLI));
    }
}
