package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogBudgetTest {
    private static final String VALUE = "v".repeat(1_000);

    @Test
    void groupsKeepWhatTheyLikeUntilAQuarterIsTakenAndThenTheirPartOfIt() {
        LogBudget budget = new LogBudget(8_000);
        LogBudget.Part one = budget.join();
        LogBudget.Part other = budget.join();
        one.holds(2_000);
        assertThat(other.keep(5_000)).isEqualTo(5_000);
        other.holds(1);
        assertThat(other.keep(5_000)).isEqualTo(1_000);
        assertThat(one.keep(500)).isEqualTo(500);
        assertThat(one.isSpent()).isFalse();
        other.holds(6_000);
        assertThat(one.isSpent()).isTrue();
        other.leave();
        other.leave();
        other.holds(9_000);
        assertThat(budget.held()).isEqualTo(2_000);
        one.holds(2_500);
        assertThat(one.keep(5_000)).isEqualTo(2_000);
    }

    @Test
    void logsOfAllGroupsTogetherStayWithinIt() {
        LogBudget budget = new LogBudget(64 << 10);
        try (TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED, budget)) {
            for (int i = 0; i < 500; i++) {
                List<KeyReply> replies = new ArrayList<>();
                group.write(TinyGroup.N1, "k" + i, VALUE, WriteLevel.SEMI_SYNC, 10_000, replies::add);
                group.await("an answer", () -> !replies.isEmpty());
                assertThat(replies).singleElement().isInstanceOf(LedWritten.class);
                assertThat(budget.held()).isLessThan(64 << 10);
            }
            group.turns(10);
            assertThat(budget.held()).isLessThan(44 << 10);
        }
        assertThat(budget.held()).isZero();
    }

    @Test
    void writesThatWouldTakeMoreAreRefusedAndNotDone() {
        LogBudget budget = new LogBudget(64 << 10);
        try (TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED, budget)) {
            group.turns(10);
            group.cut.add(TinyGroup.N2);
            group.cut.add(TinyGroup.N3);
            List<KeyReply> replies = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                group.write(TinyGroup.N1, "k" + i, VALUE, WriteLevel.SEMI_SYNC, 60_000, replies::add);
                if (i % 10 == 9) {
                    group.turn();
                }
            }

            assertThat(replies)
                    .hasSizeGreaterThan(100)
                    .allSatisfy(reply -> assertThat(reply).isInstanceOfSatisfying(KeyReply.Refused.class, refused -> {
                        assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
                        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
                    }));
            assertThat(budget.held()).isLessThan(80 << 10);
        }
    }

    @Test
    void whatIsRefusedIsNotTimed() {
        // What the leader begins with takes it up already.
        LogBudget budget = new LogBudget(1);
        try (TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED, budget)) {
            List<KeyReply> replies = new ArrayList<>();
            group.write(TinyGroup.N1, "k", VALUE, WriteLevel.SEMI_SYNC, 10_000, replies::add);
            group.await("an answer", () -> !replies.isEmpty());
            group.turns(10);

            assertThat(replies).singleElement().isInstanceOf(KeyReply.Refused.class);
            assertThat(group.timed).isZero();
        }
    }
}
