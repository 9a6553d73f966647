package io.quorate.node.protocol.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LivenessTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final Liveness.Settings SETTINGS = Liveness.Settings.DEFAULT;
    private static final long WALL_MILLIS = 1_700_000_000_000L;
    private static final long TICK = 50_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /** Two nodes and the two directions between them, in virtual time. */
    private static final class Pair {
        private final Liveness a;
        private Liveness b;
        private final Set<NodeId> cutFrom = new HashSet<>();
        private final Deque<Runnable> network = new ArrayDeque<>();
        private final List<String> changes = new ArrayList<>();
        private final List<NodeId> sent = new ArrayList<>();
        private long now;
        private boolean bRuns = true;
        private long standIn = -1;
        private long age;

        private Pair(long from) {
            now = from;
            a = new Liveness(A, List.of(A, B), 1, SETTINGS);
            b = new Liveness(B, List.of(A, B), 2, SETTINGS);
        }

        private Liveness.Own own() {
            return new Liveness.Own(
                    true, 7, 1, standIn, 0, WALL_MILLIS + now / 1_000_000, false, Liveness.Told.NOTHING);
        }

        private void send(NodeId from, PeerMessage.Control message) {
            sent.add(from);
            if (cutFrom.contains(from)) {
                return;
            }
            network.add(() -> {
                if (from.equals(A) && bRuns) {
                    take(b, A, message, B);
                } else if (from.equals(B)) {
                    take(a, B, message, A);
                }
            });
        }

        private void take(Liveness at, NodeId from, PeerMessage.Control message, NodeId self) {
            boolean changed = false;
            if (message instanceof PeerMessage.Ping ping) {
                changed = at.onPing(from, ping, age, now, own(), (to, out) -> send(self, out));
            } else if (message instanceof PeerMessage.Bye bye) {
                changed = at.onBye(from, bye);
            }
            if (changed) {
                changes.add(self + " at " + now);
            }
        }

        private void run(long nanos) {
            for (long until = now + nanos; now < until; now += TICK) {
                if (a.tick(now, own(), (to, out) -> send(A, out))) {
                    changes.add("a at " + now);
                }
                if (bRuns && b.tick(now, own(), (to, out) -> send(B, out))) {
                    changes.add("b at " + now);
                }
                deliver();
            }
        }

        private void deliver() {
            for (Runnable next = network.poll(); next != null; next = network.poll()) {
                next.run();
            }
        }

        private boolean aSeesB() {
            return a.up().containsKey(B);
        }

        private boolean bSeesA() {
            return b.up().containsKey(A);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000, -5_000_000_000_000L, Long.MAX_VALUE - 2_000_000_000L})
    void twoNodesFindEachOtherAtOnceWhereverTheClockStands(long from) {
        Pair pair = new Pair(from);
        pair.run(TICK);
        assertThat(pair.aSeesB()).isTrue();
        assertThat(pair.bSeesA()).isTrue();
        pair.run(5 * SECOND);
        assertThat(pair.aSeesB()).isTrue();
        assertThat(pair.changes).as("no flapping").hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void aPeersClockIsToldOnWhenItHasMovedAndNotForTheTimeThatAPingWasUnderWay() {
        Liveness liveness = new Liveness(A, List.of(A, B), 1, SETTINGS);
        Liveness.Own own = new Liveness.Own(true, 0, 1, -1, 0, 0, false, Liveness.Told.NOTHING);
        long wall = 1_700_000_000_000L;
        assertThat(liveness.onPing(B, ping(wall), 0, 0, own, (to, message) -> {}))
                .isTrue();
        assertThat(liveness.onPing(B, ping(wall + 900), 0, SECOND / 4, own, (to, message) -> {}))
                .isFalse();
        for (long now = SECOND / 4; now < 4 * SECOND; now += SECOND / 4) {
            liveness.tick(now, own, (to, message) -> {});
        }
        assertThat(liveness.onPing(B, ping(wall + 600_000), 3 * SECOND, 4 * SECOND, own, (to, message) -> {}))
                .isTrue();
        assertThat(liveness.up().values())
                .singleElement()
                .satisfies(peer -> assertThat(peer.clockOffsetMillis()).isEqualTo(wall + 600_000 - 1000));
    }

    private static PeerMessage.Ping ping(long wallMillis) {
        return new PeerMessage.Ping(9, true, true, 0, 1, -1, 0, wallMillis, PeerMessage.DiskWord.NONE, false, 0);
    }

    @Test
    void aPeerAtWhoseAddressNobodyListensIsDownUntilItsNextPing() {
        Liveness liveness = new Liveness(A, List.of(A, B), 1, SETTINGS);
        Liveness.Own own = new Liveness.Own(true, 0, 1, -1, 0, 0, false, Liveness.Told.NOTHING);
        Liveness.Output nowhere = (to, message) -> {};
        liveness.onPing(B, ping(0), 0, SECOND, own, nowhere);
        assertThat(liveness.up()).containsKey(B);

        assertThat(liveness.onUnreachable(B, SECOND + 10)).isTrue();
        assertThat(liveness.up()).isEmpty();
        assertThat(liveness.onUnreachable(B, SECOND + 20)).as("news").isFalse();

        liveness.onPing(B, ping(0), 40, SECOND + 30, own, nowhere);
        assertThat(liveness.up()).as("by a ping from before").isEmpty();
        liveness.onPing(B, ping(0), 5, SECOND + 40, own, nowhere);
        assertThat(liveness.up()).containsKey(B);
    }

    @Test
    void aStoppedNodeIsNoticedWithinTheSuspectTime() {
        Pair pair = new Pair(0);
        pair.run(3 * SECOND);
        pair.bRuns = false;
        pair.run(SETTINGS.suspectNanos() - SETTINGS.intervalNanos() - TICK);
        assertThat(pair.aSeesB()).as("one lost ping is not yet a lost node").isTrue();
        pair.run(SETTINGS.intervalNanos() + 3 * TICK);
        assertThat(pair.aSeesB()).isFalse();
    }

    @Test
    void aLinkCutOneWayIsDownOnBothSidesAndStaysSo() {
        Pair pair = new Pair(0);
        pair.run(3 * SECOND);
        pair.cutFrom.add(A);
        pair.run(SETTINGS.suspectNanos() + 2 * SETTINGS.intervalNanos());
        assertThat(pair.aSeesB()).as("a hears b, but b does not hear a").isFalse();
        assertThat(pair.bSeesA()).isFalse();
        pair.changes.clear();
        pair.run(60 * SECOND);
        assertThat(pair.changes).isEmpty();
        pair.cutFrom.clear();
        pair.run(2 * SETTINGS.intervalNanos());
        assertThat(pair.aSeesB()).isTrue();
        assertThat(pair.bSeesA()).isTrue();
    }

    @Test
    void aCutLinkCostsNoMoreMessagesThanAWholeOne() {
        Pair pair = new Pair(0);
        pair.cutFrom.add(A);
        pair.run(10 * SECOND);
        long perSecond = pair.sent.size() / 10;
        assertThat(perSecond).isBetween(8L, 5 * 2 * SECOND / SETTINGS.intervalNanos());
    }

    @Test
    void aGoodByeIsTakenAtOnceAndOneOfAnEarlierProcessIsNot() {
        Pair pair = new Pair(0);
        pair.run(SECOND);
        assertThat(pair.a.onBye(B, new PeerMessage.Bye(99))).isFalse();
        assertThat(pair.aSeesB()).isTrue();
        pair.b.leave((to, out) -> pair.send(B, out));
        pair.bRuns = false;
        pair.deliver();
        assertThat(pair.aSeesB()).isFalse();
        assertThat(pair.changes.get(pair.changes.size() - 1)).startsWith("a at");
    }

    @Test
    void aRestartedNodeIsANewsEvenIfItWasNeverMissed() {
        Pair pair = new Pair(0);
        pair.run(SECOND);
        pair.changes.clear();
        pair.b = new Liveness(B, List.of(A, B), 3, SETTINGS);
        pair.run(SETTINGS.intervalNanos() + TICK);
        assertThat(pair.changes).anyMatch(change -> change.startsWith("a at"));
        assertThat(pair.a.up().get(B))
                .isNotNull()
                .extracting(Liveness.PeerInfo::bootId)
                .isEqualTo(3L);
    }

    @Test
    void standingInForAnotherHomeIsANews() {
        Pair pair = new Pair(0);
        pair.run(SECOND);
        pair.changes.clear();
        pair.standIn = 10;
        pair.run(SETTINGS.intervalNanos() + TICK);
        assertThat(pair.changes).isNotEmpty();
        pair.changes.clear();
        pair.standIn = 1_000;
        pair.run(SETTINGS.intervalNanos() + TICK);
        assertThat(pair.changes).as("time going on is none").isEmpty();
    }

    @Test
    void aNodeThatSleptDoesNotTakeTheOthersForDead() {
        Pair pair = new Pair(0);
        pair.run(3 * SECOND);
        pair.changes.clear();
        // Both keep still for a while, as b sees it after a pause of its own.
        pair.now += 20 * SECOND;
        assertThat(pair.b.tick(pair.now, pair.own(), (to, out) -> {})).isFalse();
        assertThat(pair.bSeesA())
                .as("it may not have been heard for another reason")
                .isTrue();
        assertThat(pair.b.isWaking()).isTrue();
        pair.run(SETTINGS.intervalNanos());
        assertThat(pair.bSeesA()).isTrue();
        assertThat(pair.b.isWaking()).isFalse();
    }

    @Test
    void aNodeThatSleptSoonMissesWhoIsGone() {
        Pair pair = new Pair(0);
        pair.run(3 * SECOND);
        pair.cutFrom.add(A);
        pair.now += 20 * SECOND;
        pair.run(2 * SETTINGS.intervalNanos() + 3 * TICK);
        assertThat(pair.bSeesA()).isFalse();
        assertThat(pair.b.isWaking()).isFalse();
    }

    @Test
    void whatWasSaidLongAgoIsNoSignOfLifeForANodeThatHasJustWoken() {
        Pair pair = new Pair(0);
        pair.run(3 * SECOND);
        pair.now += 20 * SECOND;
        PeerMessage.Ping old = new PeerMessage.Ping(1, true, true, 7, 1, -1, 0, 0, PeerMessage.DiskWord.NONE, false, 0);
        pair.b.onPing(A, old, 19 * SECOND, pair.now, pair.own(), (to, out) -> {});
        List<PeerMessage.Control> said = new ArrayList<>();
        pair.b.tick(pair.now, pair.own(), (to, out) -> said.add(out));
        assertThat(said).hasSize(1);
        assertThat(((PeerMessage.Ping) said.get(0)).serving())
                .as("not ready before it has heard the others")
                .isFalse();
        pair.b.onPing(A, old, 0, pair.now + TICK, pair.own(), (to, out) -> {});
        pair.b.tick(pair.now + SETTINGS.intervalNanos(), pair.own(), (to, out) -> said.add(out));
        assertThat(((PeerMessage.Ping) said.get(1)).serving()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aSilentNodeIsMissedWithinThreeSecondsAndUsedWithinASecondOfItsReturn(long phase) {
        Pair pair = new Pair(phase * 70_000_000L);
        pair.run(3 * SECOND + phase * TICK);
        pair.bRuns = false;
        pair.run(3 * SECOND);
        assertThat(pair.aSeesB()).isFalse();
        pair.run(17 * SECOND);
        pair.bRuns = true;
        pair.run(SECOND);
        assertThat(pair.aSeesB()).isTrue();
        assertThat(pair.bSeesA()).isTrue();
    }

    @Test
    void strangersAreNotTalkedTo() {
        Liveness liveness = new Liveness(A, List.of(A, B), 1, SETTINGS);
        List<NodeId> answered = new ArrayList<>();
        PeerMessage.Ping ping =
                new PeerMessage.Ping(9, true, true, 0, 1, -1, 0, 0, PeerMessage.DiskWord.NONE, false, 0);
        Liveness.Own own = new Liveness.Own(true, 0, 1, -1, 0, 0, false, Liveness.Told.NOTHING);
        assertThat(liveness.onPing(NodeId.of("x"), ping, 0, 0, own, (to, out) -> answered.add(to)))
                .isFalse();
        assertThat(answered).isEmpty();
        assertThat(liveness.up()).isEmpty();
    }
}
