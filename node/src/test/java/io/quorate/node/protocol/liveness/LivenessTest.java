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

        private Pair(long from) {
            now = from;
            a = new Liveness(A, List.of(A, B), 1, SETTINGS);
            b = new Liveness(B, List.of(A, B), 2, SETTINGS);
        }

        private Liveness.Own own() {
            return new Liveness.Own(true, 7, 1, standIn, 0);
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
                changed = at.onPing(from, ping, now, own(), (to, out) -> send(self, out));
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
    void strangersAreNotTalkedTo() {
        Liveness liveness = new Liveness(A, List.of(A, B), 1, SETTINGS);
        List<NodeId> answered = new ArrayList<>();
        PeerMessage.Ping ping = new PeerMessage.Ping(9, true, true, 0, 1, -1, 0);
        Liveness.Own own = new Liveness.Own(true, 0, 1, -1, 0);
        assertThat(liveness.onPing(NodeId.of("x"), ping, 0, own, (to, out) -> answered.add(to)))
                .isFalse();
        assertThat(answered).isEmpty();
        assertThat(liveness.up()).isEmpty();
    }
}
