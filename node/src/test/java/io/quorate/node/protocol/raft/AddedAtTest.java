package io.quorate.node.protocol.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddedAtTest {
    private static final long STEP = AddedAt.STEP_NANOS;
    private final AddedAt marks = new AddedAt();

    private void add(int count) {
        for (int i = 1; i <= count; i++) {
            marks.added(i, i * STEP);
        }
    }

    @Test
    void nothingIsOldBeforeAnythingIsAdded() {
        assertThat(marks.age(1, 100 * STEP)).isZero();
    }

    @Test
    void anEntryIsAsOldAsItIs() {
        add(100);
        assertThat(marks.age(1, 100 * STEP)).isEqualTo(99 * STEP);
        assertThat(marks.age(70, 100 * STEP)).isEqualTo(30 * STEP);
    }

    @Test
    void oneOfAnEarlierLeaderIsAsOldAsThisOneAtLeast() {
        marks.added(50, 5 * STEP);
        assertThat(marks.age(20, 8 * STEP)).isEqualTo(3 * STEP);
    }

    @Test
    void whatWasAddedLongAgoIsToldNearlyAndNeverTooYoung() {
        int entries = 200_000;
        add(entries);
        for (int i = 1; i <= entries; i += 7) {
            long age = (entries - i) * STEP;
            assertThat(marks.age(i, entries * STEP)).isBetween(age, age + age / 4 + 2 * STEP);
        }
    }

    @Test
    void whatAllHaveIsForgotten() {
        add(100);
        marks.passed(59);
        assertThat(marks.age(60, 100 * STEP)).isEqualTo(40 * STEP);
        assertThat(marks.age(10, 100 * STEP))
                .as("as if it were the first that is known")
                .isEqualTo(40 * STEP);
    }
}
