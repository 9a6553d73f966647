package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitTimesTest {
    private final CommitTimes times = new CommitTimes();
    private final List<Long> told = new ArrayList<>();

    private List<Long> committed(long index, long now) {
        told.clear();
        times.committed(index, now, told::add);
        return told;
    }

    @Test
    void eachThatWasProposedTogetherIsTimedOnceItsLastEntryIsCommitted() {
        times.proposed(5, 100);
        times.proposed(9, 130);
        assertThat(committed(4, 140)).isEmpty();
        assertThat(committed(8, 150)).containsExactly(50L);
        assertThat(committed(9, 160)).containsExactly(30L);
        assertThat(committed(20, 170)).isEmpty();
    }

    @Test
    void whatTheCoreDidNotTakeIsNotTimed() {
        times.proposed(5, 100);
        times.proposed(5, 110);
        assertThat(committed(5, 120)).containsExactly(20L);
    }

    @Test
    void aLostLeadIsForgottenAndTheNextMayBeginLower() {
        times.proposed(50, 100);
        times.forget();
        assertThat(committed(60, 110)).isEmpty();
        times.proposed(41, 200);
        assertThat(committed(41, 207)).containsExactly(7L);
    }

    @Test
    void whatIsNeverCommittedIsBounded() {
        for (int i = 1; i <= 5_000; i++) {
            times.proposed(i, i);
        }
        assertThat(committed(5_000, 5_000)).hasSize(1024);
    }
}
