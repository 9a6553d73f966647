package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.topology.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two nodes and what they know of each other. */
final class PulsesTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final long MILLI = 1_000_000L;
    private static final long PULSE = 75 * MILLI;

    private final Pulses a = new Pulses(100, PULSE);
    private final Pulses b = new Pulses(200, PULSE);
    private long now;

    private boolean reachB() {
        return b.onPulse(A, a.next(B), MILLI, now);
    }

    private boolean reachA() {
        return a.onPulse(B, b.next(A), MILLI, now);
    }

    /** Pulses both ways, as they come when all is well. */
    private void exchange() {
        now += PULSE;
        reachB();
        reachA();
        assertThat(a.tick(now)).isEmpty();
        assertThat(b.tick(now)).isEmpty();
    }

    private void lose(int pulses) {
        for (int i = 0; i < pulses; i++) {
            a.next(B);
        }
    }

    @Test
    void nobodyVouchesBeforeItIsHeard() {
        assertThat(b.vouches(A, 100)).isFalse();
        assertThat(a.isHeardBy(B)).isFalse();
        exchange();
        assertThat(b.vouches(A, 100)).isTrue();
        assertThat(b.vouches(A, 101)).as("another epoch").isFalse();
        assertThat(a.isHeardBy(B)).isTrue();
        assertThat(b.heardAt(A)).isEqualTo(now - MILLI);
    }

    @Test
    void oneThatIsSilentIsReportedOnceAndVouchesNoMore() {
        exchange();
        for (int i = 0; i < Pulses.MISSING_MAX; i++) {
            now += PULSE;
            assertThat(b.tick(now)).isEmpty();
        }
        assertThat(b.vouches(A, 100)).isTrue();
        now += 1;
        assertThat(b.tick(now)).isEqualTo(List.of(A));
        assertThat(b.vouches(A, 100)).isFalse();
        assertThat(b.tick(now + PULSE)).isEmpty();
    }

    @Test
    void nobodyIsSilentWhileThisNodeStandsStill() {
        exchange();
        now += 100 * PULSE;
        assertThat(b.tick(now)).isEmpty();
        assertThat(b.vouches(A, 100)).isTrue();
        for (int i = 0; i < Pulses.MISSING_MAX; i++) {
            now += PULSE;
            b.tick(now);
        }
        assertThat(b.vouches(A, 100)).isFalse();
    }

    @Test
    void oneThatHearsNothingIsReported() {
        exchange();
        for (int i = 0; i < Pulses.MISSING_MAX; i++) {
            lose(1);
            now += PULSE;
            reachA();
            assertThat(a.tick(now)).isEmpty();
        }
        lose(1);
        now += PULSE;
        reachA();
        assertThat(a.tick(now)).isEqualTo(List.of(B));
        assertThat(a.isHeardBy(B)).isFalse();
        assertThat(a.vouches(B, 200)).as("that it is heard is another matter").isTrue();
    }

    @Test
    void anEndOfRestThatDoesNotArriveIsMissedByTheNextPulse() {
        exchange();
        assertThat(b.onWake(A, a.number(B, new GroupMessage.Wake(3, 0)))).isTrue();
        assertThat(reachB()).isTrue();
        a.number(B, new GroupMessage.Wake(3, 0));
        assertThat(reachB()).isFalse();
        assertThat(reachB()).as("told once").isTrue();
    }

    @Test
    void anEndOfRestThatDoesNotArriveIsMissedByTheNextOne() {
        exchange();
        a.number(B, new GroupMessage.Wake(3, 0));
        GroupMessage.Wake second = a.number(B, new GroupMessage.Wake(3, 0));
        assertThat(b.onWake(A, second)).isFalse();
        assertThat(b.onWake(A, second)).as("doubled").isTrue();
        assertThat(reachB()).isTrue();
    }

    @Test
    void oneThatComesLateDoesNotStandForAnother() {
        exchange();
        GroupMessage.Wake late = a.number(B, new GroupMessage.Wake(3, 0));
        assertThat(reachB()).isFalse();
        assertThat(b.onWake(A, late)).isTrue();
        a.number(B, new GroupMessage.Wake(3, 0));
        assertThat(reachB()).isFalse();
    }

    @Test
    void anotherEpochEndsAllRests() {
        exchange();
        a.beginEpoch();
        assertThat(a.isHeardBy(B)).as("for the new epoch").isFalse();
        assertThat(a.tick(now)).isEqualTo(List.of(B));
        assertThat(reachB()).isFalse();
        assertThat(b.vouches(A, 100)).isFalse();
        assertThat(b.vouches(A, 101)).isTrue();
    }

    @Test
    void itIsKnownSinceWhenAnotherMayNotHearThisOne() {
        exchange();
        exchange();
        long from = a.heardFrom(B);
        assertThat(now - from).isBetween(PULSE, 2 * PULSE);
        assertThat(a.next(B).age()).as("so lately that it is loyal").isZero();
        for (int i = 0; i < 3; i++) {
            now += PULSE;
            a.next(B);
            a.tick(now);
        }
        assertThat(a.heardFrom(B)).isEqualTo(from);
        assertThat(a.isHeardBy(B)).isTrue();
        GroupMessage.Pulse last = a.next(B);
        assertThat(last.age()).isEqualTo(now - from);
        assertThat(b.onPulse(A, last, MILLI, now)).isTrue();
        assertThat(b.vouchedAt(A)).isEqualTo(from - MILLI);
        assertThat(b.heardAt(A)).isEqualTo(now - MILLI);
    }

    @Test
    void anOldPulseSaysNothing() {
        exchange();
        GroupMessage.Pulse old = a.next(B);
        a.number(B, new GroupMessage.Wake(3, 0));
        assertThat(reachB()).isFalse();
        long heard = b.heardAt(A);
        now += PULSE;
        assertThat(b.onPulse(A, old, 0, now)).isTrue();
        assertThat(b.heardAt(A)).isEqualTo(heard);
    }
}
