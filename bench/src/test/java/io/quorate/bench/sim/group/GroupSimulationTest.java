package io.quorate.bench.sim.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.group.GroupEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Leader mode under a few seeds; many more are run by hand. */
class GroupSimulationTest {
    private static final int SEEDS = 40;

    @Test
    void nothingIsBroken() {
        long acknowledged = 0;
        long reads = 0;
        long rests = 0;
        long states = 0;
        long compared = 0;
        long rejoined = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            GroupSimulation run = clean(seed);
            acknowledged += run.acknowledgedWrites();
            reads += run.reads();
            rests += run.rests();
            states += run.count(GroupEvent.STATE_TAKEN);
            compared += run.count(GroupEvent.CHECKED);
            rejoined += run.count(GroupEvent.REJOINED);
        }
        assertThat(acknowledged)
                .as("runs in which nothing happens prove nothing")
                .isGreaterThan(50 * SEEDS);
        assertThat(reads).isGreaterThan(50 * SEEDS);
        assertThat(rests).as("turns after which a group rested").isGreaterThan(SEEDS);
        assertThat(states).as("states that were taken in place of a log").isGreaterThan(SEEDS / 8);
        assertThat(rejoined)
                .as("nodes that were let in after the loss of a disk")
                .isGreaterThan(SEEDS / 8);
        assertThat(compared).as("checks at which all replicas were equal").isGreaterThan(SEEDS);
    }

    /** Other laws would notice too; here it is the group itself. */
    @ParameterizedTest
    @EnumSource(names = {"DELETE_NOT_ON_ONE_DISK", "OTHER_TYPE_ON_ONE_DISK"})
    void whatOneDiskHasOtherwiseIsToldByTheGroup(GroupBug bug) {
        for (long seed = 1; seed <= bug.seeds(); seed++) {
            Violation violation = new GroupSimulation(seed, bug).run().violation();
            if (violation != null && String.valueOf(violation.getMessage()).contains("ALARM")) {
                return;
            }
        }
        throw new AssertionError("no alarm in " + bug.seeds() + " seeds");
    }

    private static GroupSimulation clean(long seed) {
        GroupSimulation run = new GroupSimulation(seed, GroupBug.NONE).run();
        Violation violation = run.violation();
        if (violation != null) {
            throw new AssertionError("seed " + seed, violation);
        }
        return run;
    }

    /** Calls that were handed on and answered as not applied though somebody had made the write. */
    @ParameterizedTest
    @ValueSource(longs = {109, 142, 283, 301, 9100644, 9107788})
    void onceBroken(long seed) {
        assertThat(clean(seed).checks()).isPositive();
    }

    @Test
    void aSeedIsARun() {
        for (long seed = 7; seed < 9; seed++) {
            assertThat(new GroupSimulation(seed, GroupBug.NONE).run().traceHash())
                    .isEqualTo(new GroupSimulation(seed, GroupBug.NONE).run().traceHash())
                    .isNotEqualTo(
                            new GroupSimulation(seed + 1, GroupBug.NONE).run().traceHash());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyPlantedBugIsFound(GroupBug bug) {
        for (long seed = 1; seed <= bug.seeds(); seed++) {
            if (new GroupSimulation(seed, bug).run().violation() != null) {
                return;
            }
        }
        throw new AssertionError(bug + " was not found in " + bug.seeds() + " seeds");
    }
}
