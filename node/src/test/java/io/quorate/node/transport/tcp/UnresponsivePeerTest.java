package io.quorate.node.transport.tcp;

import static io.quorate.node.transport.Rig.N1;
import static io.quorate.node.transport.Rig.N2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.transport.Rig;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.TcpRig.TcpNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** Peers that are there and yet not: each costs bounded memory, none keeps its link from recovering. */
final class UnresponsivePeerTest {
    private static final int FRAME = 20_000;

    private final TcpRig rig = new TcpRig();

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10));
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Takes one connection for each lane and says welcome to all. */
    private static Map<Lane, RawPeer> welcomeAll(ServerSocket listener, TcpNode node) throws IOException {
        for (Lane lane : Lane.values()) {
            node.transport().send(N2, lane, Rig.frame(0));
        }
        Map<Lane, RawPeer> lanes = new EnumMap<>(Lane.class);
        while (lanes.size() < Lane.values().length) {
            RawPeer peer = RawPeer.of(listener.accept());
            lanes.put(peer.greeting().lane(), peer);
            peer.say(RawPeer.welcome(N2, 9));
        }
        return lanes;
    }

    /** Questions whether anybody is there are left out. */
    private static byte[] nextFrame(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == 0 ? nextFrame(in) : in.readNBytes(length);
    }

    @Test
    void aConnectionThatSwallowsBytesIsReplacedWithinItsTime() throws IOException {
        rig.settings = TcpRig.QUICK;
        try (TcpNode two = rig.start(N2);
                Relay relay = new Relay(rig.peerPort(N2));
                TcpNode one = rig.startN1With(relay.port())) {
            long[] number = {0};
            await("the first frame").until(() -> {
                one.transport().send(N2, Lane.DATA, Rig.frame(number[0]++));
                return !two.came().isEmpty();
            });
            relay.swallow();
            long last = number[0];
            long from = System.nanoTime();
            await("a frame over a new connection").until(() -> {
                one.transport().send(N2, Lane.DATA, Rig.frame(number[0]++));
                return two.numbers(Lane.DATA).stream().anyMatch(n -> n > last);
            });
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
            assertThat(one.told.lost).anyMatch(reason -> reason.startsWith("DATA: silent for"));
            assertThat(relay.connections()).isGreaterThanOrEqualTo(2);
            assertThat(two.numbers(Lane.DATA)).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void anIdleConnectionIsLeftInPeace() throws IOException {
        rig.settings = TcpRig.QUICK;
        try (TcpNode two = rig.start(N2);
                TcpNode one = rig.start(N1)) {
            one.transport().send(N2, Lane.DATA, Rig.frame(1));
            await("the frame").until(() -> !two.came().isEmpty());
            Awaitility.await("three times the limit of silence")
                    .during(Duration.ofMillis(3L * TcpRig.QUICK.silenceMillis()))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> one.told.lost.isEmpty() && one.told.opened.get() == 1);
        }
    }

    @Test
    void whoNeverReadsCostsABoundedQueueAndLeavesTheOtherLaneFree() throws IOException {
        // So patient that the data lane stays stuck to the end.
        rig.settings = new TcpSettings(1, 8 << 20, 1 << 20, 1_000, 1_000, 60_000, 10, 50, 8);
        try (ServerSocket listener = listener();
                TcpNode one = rig.startN1With(listener.getLocalPort())) {
            Map<Lane, RawPeer> lanes = welcomeAll(listener, one);
            int limit = rig.settings.dataQueueBytes();
            for (long sent = 0; sent < 2L * limit; sent += FRAME) {
                one.transport().send(N2, Lane.DATA, Rig.frame(1, FRAME));
                assertThat(one.transport().queuedBytes(N2, Lane.DATA)).isLessThanOrEqualTo(limit);
            }
            assertThat(one.told.dropped.get()).isPositive();

            one.transport().send(N2, Lane.CONTROL, Rig.frame(77));
            DataInputStream control = new DataInputStream(
                    Objects.requireNonNull(lanes.get(Lane.CONTROL)).in());
            assertThat(nextFrame(control)).isEqualTo(Rig.frame(0));
            assertThat(nextFrame(control)).isEqualTo(Rig.frame(77));
            assertThat(one.transport().queuedBytes(N2, Lane.DATA)).isPositive();
            assertThat(one.told.lost).isEmpty();
            for (RawPeer peer : lanes.values()) {
                peer.close();
            }
        }
    }

    @Test
    void whoAcceptsAndNeverReadsIsGivenUpAndTriedAnew() throws IOException {
        rig.settings = TcpRig.QUICK;
        try (ServerSocket listener = listener();
                TcpNode one = rig.startN1With(listener.getLocalPort())) {
            Map<Lane, RawPeer> first = welcomeAll(listener, one);
            one.transport().send(N2, Lane.DATA, Rig.frame(1, 100_000));
            await("the silent connection to be given up")
                    .until(() -> one.told.lost.stream().anyMatch(reason -> reason.startsWith("DATA: silent")));
            try (RawPeer again = RawPeer.of(listener.accept())) {
                assertThat(again.greeting().from()).isEqualTo(N1);
            }
            for (RawPeer peer : first.values()) {
                peer.close();
            }
        }
    }

    @Test
    void whoAcceptsAndNeverGreetsIsGivenUpAndStaleFramesWithIt() throws IOException {
        rig.settings = TcpRig.QUICK;
        try (ServerSocket listener = listener();
                TcpNode one = rig.startN1With(listener.getLocalPort())) {
            one.transport().send(N2, Lane.DATA, Rig.frame(1, FRAME));
            await("the attempt to be given up").until(() -> one.told.dropped.get() == 1);
            assertThat(one.told.lost).anyMatch(reason -> reason.contains("does not answer the greeting"));
            assertThat(one.transport().queuedBytes(N2, Lane.DATA)).isZero();
        }
    }

    @Test
    void whoAnswersWithNoiseIsToldOf() throws IOException {
        rig.settings = TcpRig.QUICK;
        try (ServerSocket listener = listener();
                TcpNode one = rig.startN1With(listener.getLocalPort())) {
            one.transport().send(N2, Lane.DATA, Rig.frame(1));
            for (int i = 0; i < 3; i++) {
                try (RawPeer web = RawPeer.of(listener.accept())) {
                    web.say("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    assertThat(web.isClosed()).isTrue();
                }
            }
            assertThat(one.told.refused).hasSize(1);
            assertThat(one.told.refused.get(0)).contains("n1 cannot talk to n2", "0x48545450", "is no node");
        }
    }

    @Test
    void aPeerThatIsNotThereIsFoundSoonAfterItComes() {
        try (TcpNode one = rig.start(N1)) {
            long[] number = {0};
            await("several attempts").until(() -> {
                one.transport().send(N2, Lane.CONTROL, Rig.frame(number[0]++));
                return one.told.lost.size() >= 4;
            });
            try (TcpNode two = rig.start(N2)) {
                Awaitility.await("a frame").atMost(Duration.ofSeconds(2)).until(() -> {
                    one.transport().send(N2, Lane.CONTROL, Rig.frame(number[0]++));
                    return !two.came().isEmpty();
                });
            }
        }
    }

    @Test
    void aTakenAddressIsNamedAndLeavesNothingBehind() throws IOException {
        try (ServerSocket taken = new ServerSocket(rig.peerPort(N1), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> rig.start(N1))
                    .isInstanceOf(TcpTransport.BindException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("another program uses it");
        }
        rig.start(N1).close();
        assertThat(io.quorate.node.fixture.Ports.allFree(rig.peerPort(N1), 1)).isTrue();
    }
}
