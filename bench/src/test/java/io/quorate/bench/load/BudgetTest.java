package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Test
    void budgetEndsByCount() {
        Budget budget = new Budget(2, 100, now::get, stopped::get);

        assertThat(budget.tryTake()).isTrue();
        assertThat(budget.tryTake()).isTrue();
        assertThat(budget.tryTake()).isFalse();
        assertThat(budget.taken()).isEqualTo(2);
        assertThat(budget.isOver()).isTrue();
    }

    @Test
    void budgetEndsByTime() {
        Budget budget = new Budget(Long.MAX_VALUE, 100, now::get, stopped::get);

        now.addAndGet(99);
        assertThat(budget.tryTake()).isTrue();
        now.incrementAndGet();
        assertThat(budget.tryTake()).isFalse();
        assertThat(budget.taken()).isEqualTo(1);
    }

    @Test
    void budgetEndsWhenStopped() {
        Budget budget = new Budget(Long.MAX_VALUE, 100, now::get, stopped::get);

        stopped.set(true);

        assertThat(budget.tryTake()).isFalse();
        assertThat(budget.isOver()).isTrue();
    }
}
