package io.quorate.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final List<Set<Fault>> POSSIBLE = List.of(
            EnumSet.of(Fault.KILL, Fault.WIPE, Fault.ISOLATE, Fault.SLOW),
            EnumSet.of(Fault.KILL, Fault.WIPE, Fault.ISOLATE),
            EnumSet.of(Fault.KILL, Fault.FULL_DISK));

    @Test
    void everyKindComesAndNothingThatCannot() {
        FaultPlan plan = new FaultPlan(1, POSSIBLE, false);
        for (int i = 0; i < 200; i++) {
            FaultPlan.Step step = plan.next(1000);
            assertThat(step.calmMillis()).isBetween(500L, 1500L);
            assertThat(step.lastsMillis()).isBetween(500L, 1500L);
            step.doings()
                    .forEach(doing -> assertThat(POSSIBLE.get(doing.node())).contains(doing.fault()));
        }
        assertThat(plan.used().keySet())
                .containsExactlyInAnyOrder(Fault.KILL, Fault.WIPE, Fault.ISOLATE, Fault.SLOW, Fault.FULL_DISK);
    }

    @Test
    void aLostDiskComesAloneAndLinksAreHurtOnceAtATime() {
        FaultPlan plan = new FaultPlan(2, POSSIBLE, false);
        int pairs = 0;
        for (int i = 0; i < 500; i++) {
            List<FaultPlan.Doing> doings = plan.next(1000).doings();
            if (doings.size() == 2) {
                pairs++;
                assertThat(doings.get(0).node()).isNotEqualTo(doings.get(1).node());
                assertThat(doings).noneMatch(doing -> doing.fault().losesData());
                assertThat(doings.stream().filter(doing -> doing.fault().isOfLinks()))
                        .hasSizeLessThan(2);
            }
        }
        assertThat(pairs).isPositive();
    }

    @Test
    void theSameSeedGivesTheSamePlan() {
        FaultPlan one = new FaultPlan(7, POSSIBLE, false);
        FaultPlan other = new FaultPlan(7, POSSIBLE, false);
        for (int i = 0; i < 50; i++) {
            assertThat(one.next(1000)).isEqualTo(other.next(1000));
        }
    }

    @Test
    void aboutHalfOfWhatALeaderSuffersFromIsAimedAtOne() {
        FaultPlan plan = new FaultPlan(3, POSSIBLE, true);
        int aimed = 0;
        int aimable = 0;
        for (int i = 0; i < 500; i++) {
            for (FaultPlan.Doing doing : plan.next(1000).doings()) {
                boolean harmless = doing.fault() == Fault.WIPE || doing.fault() == Fault.FULL_DISK;
                assertThat(doing.atLeader() && harmless).isFalse();
                aimed += doing.atLeader() ? 1 : 0;
                aimable += harmless ? 0 : 1;
            }
        }
        assertThat(aimed).isBetween(aimable / 3, 2 * aimable / 3);
    }
}
