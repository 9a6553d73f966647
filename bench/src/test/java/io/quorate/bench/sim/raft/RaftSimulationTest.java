package io.quorate.bench.sim.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.check.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups under a few seeds; many more are run by hand. */
class RaftSimulationTest {
    private static final int SEEDS = 60;

    @Test
    void nothingIsBroken() {
        long acknowledged = 0;
        long reads = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            RaftSimulation run = new RaftSimulation(seed, RaftBug.NONE).run();
            Violation violation = run.violation();
            if (violation != null) {
                throw new AssertionError("seed " + seed, violation);
            }
            acknowledged += run.acknowledgedWrites();
            reads += run.readsChecked();
        }
        assertThat(acknowledged)
                .as("runs in which nothing happens prove nothing")
                .isGreaterThan(100 * SEEDS);
        assertThat(reads).isGreaterThan(50 * SEEDS);
    }

    /** A read of what no member had applied yet, which was once taken for a fault. */
    @Test
    void aReadMayBeToldBeforeAnybodyHasAppliedWhatItSees() {
        assertThat(new RaftSimulation(203_980, RaftBug.NONE).run().violation()).isNull();
    }

    @Test
    void aSeedIsARun() {
        for (long seed = 7; seed < 10; seed++) {
            assertThat(new RaftSimulation(seed, RaftBug.NONE).run().traceHash())
                    .isEqualTo(new RaftSimulation(seed, RaftBug.NONE).run().traceHash())
                    .isNotEqualTo(
                            new RaftSimulation(seed + 1, RaftBug.NONE).run().traceHash());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyPlantedBugIsFound(RaftBug bug) {
        for (long seed = 1; seed <= bug.seeds(); seed++) {
            if (new RaftSimulation(seed, bug).run().violation() != null) {
                return;
            }
        }
        throw new AssertionError(bug + " was not found in " + bug.seeds() + " seeds");
    }
}
