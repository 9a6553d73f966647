package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.bench.load.ArrivalSchedule.Unsent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ArrivalScheduleTest {
    private static final long START = -1_000;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicLong now = new AtomicLong(START);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private Budget budget = budget(Long.MAX_VALUE);

    @Test
    void evenArrivalsAreDueAtEqualDistancesAndAreWaitedFor() {
        ArrivalSchedule schedule = schedule(Arrivals.Kind.EVEN, 100);

        for (int i = 0; i < 100; i++) {
            assertThat(schedule.awaitTurn()).isEqualTo(START + i * 10L * MILLI);
            assertThat(now).hasValue(START + i * 10L * MILLI);
        }
        assertThat(schedule.awaitTurn()).isEqualTo(Pace.OVER);
    }

    @Test
    void clientThatComesLateGetsTheInstantThatPassed() {
        ArrivalSchedule schedule = schedule(Arrivals.Kind.EVEN, 100);
        schedule.awaitTurn();

        now.addAndGet(35 * MILLI);

        assertThat(schedule.awaitTurn()).isEqualTo(START + 10 * MILLI);
        assertThat(schedule.awaitTurn()).isEqualTo(START + 20 * MILLI);
        assertThat(now).hasValue(START + 35 * MILLI);
    }

    @Test
    void whatWasDueAndNotSentIsCountedAtTheEnd() {
        ArrivalSchedule schedule = schedule(Arrivals.Kind.EVEN, 100);
        schedule.awaitTurn();
        schedule.awaitTurn();

        now.set(START + TimeUnit.SECONDS.toNanos(3));

        assertThat(schedule.unsent()).isEqualTo(new Unsent(98, 980 * MILLI));
    }

    @Test
    void whatWasNotDueYetWhenTheRunWasStoppedIsNotCounted() {
        ArrivalSchedule schedule = schedule(Arrivals.Kind.EVEN, 100);
        schedule.awaitTurn();
        now.set(START + 45 * MILLI);

        stopped.set(true);

        assertThat(schedule.unsent().count()).isEqualTo(4);
    }

    @Test
    void phaseThatEndedByCountLeavesNothing() {
        budget = budget(1);
        ArrivalSchedule schedule = schedule(Arrivals.Kind.EVEN, 100);
        assertThat(budget.tryTake()).isTrue();
        schedule.awaitTurn();
        now.addAndGet(100 * MILLI);

        assertThat(schedule.unsent()).isEqualTo(Unsent.NONE);
    }

    @Test
    void stoppedRunWaitsForNoArrival() {
        ArrivalSchedule schedule = schedule(Arrivals.Kind.EVEN, 2);
        schedule.awaitTurn();
        stopped.set(true);

        assertThat(schedule.awaitTurn()).isEqualTo(Pace.OVER);
    }

    @Test
    void poissonArrivalsHaveTheRateAndIndependentGaps() {
        double perSecond = 20_000;
        ArrivalSchedule schedule = schedule(Arrivals.Kind.POISSON, perSecond);
        List<Long> dues = new ArrayList<>();
        for (long due = schedule.awaitTurn(); due != Pace.OVER; due = schedule.awaitTurn()) {
            dues.add(due);
        }

        // Standard deviations: sqrt(20 000) = 141 of the count, and about 1 % of the gaps' own.
        assertThat((double) dues.size()).isEqualTo(perSecond, within(600.0));
        assertThat(dues).isSorted();
        double mean = 1e9 / perSecond;
        double squares = 0;
        for (int i = 1; i < dues.size(); i++) {
            double gap = dues.get(i) - dues.get(i - 1);
            squares += (gap - mean) * (gap - mean);
        }
        assertThat(Math.sqrt(squares / dues.size())).isEqualTo(mean, within(0.05 * mean));
    }

    private Budget budget(long stepsMax) {
        return new Budget(stepsMax, TimeUnit.SECONDS.toNanos(1), now::get, stopped::get);
    }

    private ArrivalSchedule schedule(Arrivals.Kind kind, double perSecond) {
        return new ArrivalSchedule(
                new Arrivals(kind, perSecond), budget, new SplittableRandom(7), now::get, now::addAndGet);
    }
}
