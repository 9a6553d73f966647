package io.quorate.node.actor;

import static io.quorate.node.actor.PeerQuarantine.SHUT_NANOS;
import static io.quorate.node.actor.PeerQuarantine.STRIKES_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerQuarantineTest {
    private static final NodeId NOISY = NodeId.of("n2");
    private static final NodeId QUIET = NodeId.of("n3");

    private final PeerQuarantine quarantine = new PeerQuarantine();
    private final List<String> heard = new ArrayList<>();
    private final PeerQuarantine.Listener listener = new PeerQuarantine.Listener() {
        @Override
        public void undecodable(NodeId from, String reason) {
            heard.add(from + " sent " + reason);
        }

        @Override
        public void shut(NodeId peer, long nanos) {
            heard.add(peer + " is shut for " + nanos);
        }

        @Override
        public void corruptRecord() {
            heard.add("a corrupt record");
        }

        @Override
        public void stranger(NodeId node) {
            heard.add(node + " is a stranger");
        }
    };

    private void strike(NodeId peer, long now) {
        quarantine.note(peer, new DecodeException("rubbish"), now, listener);
    }

    private void strikes(NodeId peer, int count, long now) {
        for (int i = 0; i < count; i++) {
            strike(peer, now);
        }
    }

    // The clock's zero is anywhere, and it may pass the end of a long.
    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000_000L, -SHUT_NANOS / 2, Long.MAX_VALUE - SHUT_NANOS / 2, Long.MIN_VALUE})
    void theLastStrikeAllowedShutsThePeerForItsTimeAndNoLonger(long start) {
        strikes(NOISY, STRIKES_MAX - 1, start);
        assertThat(quarantine.isShut(NOISY, start)).isFalse();
        strike(NOISY, start);
        assertThat(quarantine.isShut(NOISY, start)).isTrue();
        assertThat(quarantine.isShut(NOISY, start + SHUT_NANOS - 1)).isTrue();
        assertThat(quarantine.isShut(NOISY, start + SHUT_NANOS)).isFalse();
        assertThat(quarantine.isShut(NOISY, start + SHUT_NANOS)).isFalse();
    }

    @Test
    void eachStrikeIsToldWithItsReasonAndTheShuttingOnce() {
        strikes(NOISY, STRIKES_MAX, 0);
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < STRIKES_MAX; i++) {
            wanted.add("n2 sent rubbish");
        }
        wanted.add("n2 is shut for " + SHUT_NANOS);
        assertThat(heard).isEqualTo(wanted);
    }

    @Test
    void aPeerThatWasLetInAgainBeginsWithNoStrikes() {
        strikes(NOISY, STRIKES_MAX, 0);
        assertThat(quarantine.isShut(NOISY, SHUT_NANOS)).isFalse();
        strikes(NOISY, STRIKES_MAX - 1, SHUT_NANOS + 1);
        assertThat(quarantine.isShut(NOISY, SHUT_NANOS + 1)).isFalse();
        strike(NOISY, SHUT_NANOS + 1);
        assertThat(quarantine.isShut(NOISY, SHUT_NANOS + 1)).isTrue();
        assertThat(heard).contains("n2 is shut for " + SHUT_NANOS);
    }

    @Test
    void strikesFarApartDoNotAddUp() {
        long now = 0;
        for (int i = 0; i < 3 * STRIKES_MAX; i++) {
            strike(NOISY, now);
            assertThat(quarantine.isShut(NOISY, now)).isFalse();
            now += SHUT_NANOS + 1;
        }
    }

    @Test
    void strikesWithinTheTimeAddUpHoweverTheyAreSpread() {
        for (int i = 0; i < STRIKES_MAX; i++) {
            assertThat(quarantine.isShut(NOISY, i * SHUT_NANOS / STRIKES_MAX)).isFalse();
            strike(NOISY, i * SHUT_NANOS / STRIKES_MAX);
        }
        assertThat(quarantine.isShut(NOISY, SHUT_NANOS)).isTrue();
    }

    @Test
    void strikesBeforeALongPauseAreForgotten() {
        strikes(NOISY, STRIKES_MAX - 1, 0);
        strikes(NOISY, STRIKES_MAX - 1, SHUT_NANOS + 1);
        assertThat(quarantine.isShut(NOISY, SHUT_NANOS + 1)).isFalse();
        strike(NOISY, SHUT_NANOS + 1);
        assertThat(quarantine.isShut(NOISY, SHUT_NANOS + 1)).isTrue();
    }

    @Test
    void otherPeersAreTakenInAsBefore() {
        strikes(QUIET, STRIKES_MAX - 1, 0);
        strikes(NOISY, STRIKES_MAX, 0);
        assertThat(quarantine.isShut(QUIET, 0)).isFalse();
        assertThat(quarantine.isShut(NodeId.of("n4"), 0)).isFalse();
        assertThat(quarantine.isShut(NOISY, 0)).isTrue();
    }

    @Test
    void strangersAreToldOfOnceInAWhileHoweverManyTheyAre() {
        for (int i = 0; i < 100; i++) {
            quarantine.noteStranger(NodeId.of("x" + i), i, listener);
        }
        assertThat(heard).containsExactly("x0 is a stranger");
        quarantine.noteStranger(NodeId.of("y"), SHUT_NANOS - 1, listener);
        assertThat(heard).hasSize(1);
        quarantine.noteStranger(NodeId.of("y"), SHUT_NANOS, listener);
        assertThat(heard).containsExactly("x0 is a stranger", "y is a stranger");
        assertThat(quarantine.isShut(NodeId.of("y"), SHUT_NANOS)).isFalse();
    }
}
