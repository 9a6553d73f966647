package io.quorate.node.protocol.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.topology.NodeId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransitsTest {
    private static final NodeId A = NodeId.of("a");
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private final Transits transits = new Transits(Transits.DRIFT_PPM);

    /** Clocks that stand anywhere, and even wrap around between sender and receiver. */
    @ParameterizedTest
    @ValueSource(longs = {0, 77_000_000_000_000L, -5_000_000_000L, Long.MAX_VALUE - 3_000_000L})
    void aMessageThatWasHeldUpIsAsOldAsThatHoweverTheClocksStand(long offset) {
        assertThat(transits.age(A, 1, offset, MILLI))
                .as("the first tells nothing")
                .isZero();
        assertThat(transits.age(A, 1, offset + 10 * MILLI, 11 * MILLI)).isZero();
        long age = transits.age(A, 1, offset + 20 * MILLI, 20 * SECOND + 21 * MILLI);
        assertThat(age).isBetween(20 * SECOND - 5 * MILLI, 20 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.0001, 0.9999})
    void clocksThatRunApartMakeNoMessageOld(double rate) {
        Random random = new Random(4);
        for (long at = 0; at < 24L * 3600 * SECOND; at += SECOND) {
            long way = (long) (-Math.log(1 - random.nextDouble()) * MILLI);
            assertThat(transits.age(A, 1, (long) (at * rate), at + way)).isLessThan(25 * MILLI);
        }
    }

    /** A virtual machine that is moved stands still for two seconds, and so does its clock. */
    @Test
    void aClockThatStoodStillMakesMessagesOldForSomeSecondsOnly() {
        long stood = 0;
        long old = 0;
        for (long at = 0; at < 60 * SECOND; at += SECOND / 4) {
            stood = at >= 20 * SECOND ? 2 * SECOND : 0;
            long age = transits.age(A, 1, at - stood, at + MILLI);
            assertThat(age).isLessThanOrEqualTo(2 * SECOND);
            old += age > SECOND ? 1 : 0;
        }
        assertThat(old).isBetween(20L, 48L);
        assertThat(transits.age(A, 1, 60 * SECOND - stood, 60 * SECOND + MILLI)).isLessThan(MILLI);
    }

    /** What waited in a mailbox while this node stood still is old, however much of it there is. */
    @Test
    void aReceiverThatStoodStillTakesNothingThatWaitedForFresh() {
        for (long at = 0; at < 20 * SECOND; at += SECOND / 4) {
            transits.age(A, 1, at, at + MILLI);
        }
        for (long at = 20 * SECOND; at < 40 * SECOND; at += SECOND / 4) {
            assertThat(transits.age(A, 1, at, 40 * SECOND + at / 1_000)).isGreaterThan(40 * SECOND - at - 10 * MILLI);
        }
        for (long at = 41 * SECOND; at < 60 * SECOND; at += SECOND / 4) {
            assertThat(transits.age(A, 1, at, at + MILLI)).isLessThan(MILLI);
        }
    }

    @Test
    void aClockThatIsSlewedMakesNoMessageOld() {
        for (long at = 0; at < 3600 * SECOND; at += SECOND / 4) {
            assertThat(transits.age(A, 1, at - at / 1_000, at + MILLI)).isLessThan(25 * MILLI);
        }
    }

    @Test
    void aPeersNextRunHasAClockOfItsOwnAndItsLastMayStillBeHeard() {
        transits.age(A, 1, 0, MILLI);
        assertThat(transits.age(A, 2, -90 * SECOND, 2 * MILLI)).isZero();
        assertThat(transits.age(A, 1, 10 * MILLI, 511 * MILLI)).isBetween(499 * MILLI, 500 * MILLI);
        assertThat(transits.age(A, 2, -89 * SECOND, SECOND + 12 * MILLI)).isBetween(9 * MILLI, 10 * MILLI);
    }

    @Test
    void ofManyRunsTheFirstAreForgotten() {
        for (int boot = 1; boot <= 100; boot++) {
            transits.age(A, boot, 0, boot * SECOND);
        }
        assertThat(transits.age(A, 100, 0, 101 * SECOND)).isBetween(SECOND - MILLI, SECOND);
        assertThat(transits.age(A, 1, 0, 300 * SECOND)).as("met anew").isZero();
    }

    @Test
    void aRunIsKnownOnceMessagesOfItHaveComeAtTenDifferentTimes() {
        assertThat(transits.knows(A, 1)).isFalse();
        for (int burst = 1; burst <= 10; burst++) {
            assertThat(transits.knows(A, 1)).as("before burst %d", burst).isFalse();
            for (int i = 0; i < 20; i++) {
                transits.age(A, 1, 0, burst * SECOND + i * MILLI);
            }
        }
        assertThat(transits.knows(A, 1)).isTrue();
        assertThat(transits.knows(A, 2)).as("another run").isFalse();
    }
}
