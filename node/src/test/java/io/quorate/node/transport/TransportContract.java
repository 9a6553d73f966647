package io.quorate.node.transport;

import static io.quorate.node.transport.Rig.N1;
import static io.quorate.node.transport.Rig.N2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.serial.FrameCodec;
import io.quorate.node.transport.Rig.Node;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What protocols rely on, whatever carries their frames. */
public abstract class TransportContract {
    private static final int MANY = 2_000;

    private Rig rig;
    private Node one;
    private Node two;

    protected abstract Rig rig();

    @BeforeEach
    final void startBoth() {
        rig = rig();
        one = rig.start(N1);
        two = rig.start(N2);
    }

    @AfterEach
    final void stopBoth() {
        one.close();
        two.close();
        rig.close();
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10));
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    final void framesArriveInOrderAndOnceInBothDirectionsOnEachLane() {
        for (Lane lane : Lane.values()) {
            for (int i = 0; i < MANY; i++) {
                one.transport().send(N2, lane, Rig.frame(i, i % 500));
                two.transport().send(N1, lane, Rig.frame(i, i % 700));
            }
        }
        for (Lane lane : Lane.values()) {
            for (Node node : List.of(one, two)) {
                await("all frames").until(() -> node.numbers(lane).size() >= MANY);
                assertThat(node.numbers(lane)).isEqualTo(numbers(0, MANY));
            }
        }
        assertThat(two.came()).allMatch(came -> came.from().equals(N1));
        assertThat(one.came()).allMatch(came -> came.from().equals(N2));
    }

    @Test
    final void theLargestFrameArrivesWhole() {
        byte[] largest = Rig.frame(7, FrameCodec.FRAME_MAX - 8);
        assertThat(largest).hasSize(FrameCodec.SEALED_MAX);
        one.transport().send(N2, Lane.DATA, largest);
        one.transport().send(N2, Lane.DATA, Rig.frame(8));
        await("both frames").until(() -> two.came().size() == 2);
        assertThat(two.came().get(0).length()).isEqualTo(FrameCodec.SEALED_MAX);
        assertThat(two.numbers(Lane.DATA)).containsExactly(7L, 8L);
    }

    @Test
    final void aPeerThatStartsAnewAtTheSameAddressIsReachedAgainAndNothingComesTwice() {
        long next = sendUntilOneArrives(one, two, 0);
        List<Long> before = List.copyOf(two.numbers(Lane.DATA));
        two.close();
        two = rig.start(N2);
        sendUntilOneArrives(one, two, next);
        List<Long> after = two.numbers(Lane.DATA);
        assertThat(after).isSorted().doesNotHaveDuplicates().doesNotContainAnyElementsOf(before);
        assertThat(before).isSorted().doesNotHaveDuplicates();
        sendUntilOneArrives(two, one, 0);
    }

    private static long sendUntilOneArrives(Node from, Node to, long first) {
        long[] next = {first};
        int had = to.came().size();
        NodeId target = from.transport().knows(N2) ? N2 : N1;
        await("a frame to come through").until(() -> {
            from.transport().send(target, Lane.DATA, Rig.frame(next[0]++));
            return to.came().size() > had;
        });
        return next[0];
    }

    @Test
    final void cutsHoldInTheirDirectionOnlyAndEndWhenHealed() {
        sendUntilOneArrives(one, two, 0);
        sendUntilOneArrives(two, one, 0);
        rig.faults().cut(Set.of(N1), Set.of(N2), false);
        // What came before the cut has come: both ends have stopped sending.
        sendUntilOneArrives(two, one, 1_000);
        int had = two.came().size();
        for (int i = 0; i < 100; i++) {
            one.transport().send(N2, Lane.DATA, Rig.frame(5_000 + i));
        }
        sendUntilOneArrives(two, one, 2_000);
        rig.faults().clear();
        sendUntilOneArrives(one, two, 9_000);
        assertThat(two.numbers(Lane.DATA).subList(had, two.came().size()))
                .allMatch(number -> number < 5_000 || number >= 9_000);
    }

    @Test
    final void delaysHoldFramesBack() {
        sendUntilOneArrives(one, two, 0);
        int had = two.came().size();
        rig.faults().delay(N1, 200);
        long sentAt = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            one.transport().send(N2, Lane.DATA, Rig.frame(1_000 + i));
        }
        await("delayed frames").until(() -> two.numbers(Lane.DATA).contains(1_004L));
        assertThat(Duration.ofNanos(System.nanoTime() - sentAt)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(two.numbers(Lane.DATA).subList(had, two.came().size()).stream()
                        .filter(number -> number >= 1_000))
                .containsExactlyInAnyOrder(1_000L, 1_001L, 1_002L, 1_003L, 1_004L);
    }

    @Test
    final void onlyPeersAreKnown() {
        assertThat(one.transport().knows(N2)).isTrue();
        assertThat(one.transport().knows(N1)).isFalse();
        NodeId stranger = NodeId.of("n9");
        assertThat(one.transport().knows(stranger)).isFalse();
        assertThatThrownBy(() -> one.transport().send(stranger, Lane.DATA, Rig.frame(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("n9");
    }
}
