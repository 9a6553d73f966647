package io.quorate.node.transport.tcp;

import static io.quorate.node.transport.Rig.N1;
import static io.quorate.node.transport.Rig.N2;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.transport.Rig;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.TcpRig.TcpNode;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever connects and is no peer is turned away, is told of once, and disturbs nobody. */
final class HostileGuestsTest {
    private final TcpRig rig = new TcpRig();
    private TcpNode one;
    private TcpNode two;

    @BeforeEach
    void start() {
        rig.settings = TcpRig.QUICK;
        one = rig.start(N1);
        two = rig.start(N2);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private RawPeer guest() throws IOException {
        return RawPeer.connect(rig.peerPort(N1));
    }

    private byte[] greeting() {
        return RawPeer.greeting(new Birth(rig.cluster, TcpRig.PARTITIONS, TcpRig.REPLICAS), N2, N1, Lane.DATA);
    }

    private void assertBothTalk(long number) {
        Awaitility.await("frames in both directions")
                .atMost(Duration.ofSeconds(10))
                .until(() -> {
                    one.transport().send(N2, Lane.DATA, Rig.frame(number));
                    two.transport().send(N1, Lane.DATA, Rig.frame(number));
                    return one.numbers(Lane.DATA).contains(number)
                            && two.numbers(Lane.DATA).contains(number);
                });
    }

    private void awaitIncoming(int count) {
        Awaitility.await("connections to be closed")
                .atMost(Duration.ofSeconds(10))
                .until(() -> one.transport().incoming() == count);
    }

    private static void pour(RawPeer guest, long seed) throws IOException {
        byte[] noise = new byte[1 << 20];
        new Random(seed).nextBytes(noise);
        try {
            for (int at = 0; at < noise.length; at += 8192) {
                guest.out().write(noise, at, 8192);
            }
        } catch (SocketException closed) {
            assertThat(closed).isNotNull();
        }
    }

    @Test
    void aMebibyteOfNoiseIsToldOfOnceHoweverOftenItComes() throws IOException {
        assertBothTalk(1);
        for (int seed = 0; seed < 5; seed++) {
            try (RawPeer guest = guest()) {
                pour(guest, seed);
            }
        }
        awaitIncoming(1);
        assertThat(one.told.refused).hasSize(1);
        assertThat(one.told.refused.get(0))
                .contains("127.0.0.1", "0x" + Integer.toHexString(Greeting.MAGIC), "is no node");
        assertBothTalk(2);
    }

    @Test
    void noiseAfterARightGreetingEndsThatConnectionAndIsToldOf() throws IOException {
        try (RawPeer guest = guest()) {
            guest.greet(rig.cluster, N2, N1, Lane.CONTROL);
            assertThat(guest.answer().welcome()).isTrue();
            pour(guest, 3);
            assertThat(guest.isClosed()).isTrue();
        }
        assertThat(one.told.refused).hasSize(1);
        assertThat(one.told.refused.get(0)).contains("127.0.0.1", "n2");
        assertBothTalk(1);
    }

    @Test
    void aFrameAboveTheLimitEndsTheConnection() throws IOException {
        try (RawPeer guest = guest()) {
            guest.greet(rig.cluster, N2, N1, Lane.DATA);
            assertThat(guest.answer().welcome()).isTrue();
            guest.say(new ByteSink().u32(TcpSettings.FRAME_MAX + 1).toByteArray());
            assertThat(guest.isClosed()).isTrue();
        }
        assertThat(one.told.refused).hasSize(1);
        assertThat(one.told.refused.get(0))
                .contains((TcpSettings.FRAME_MAX + 1) + " bytes", "limit of " + TcpSettings.FRAME_MAX);
    }

    @Test
    void halfAGreetingIsWaitedForAMomentOnly() throws IOException {
        byte[] greeting = greeting();
        try (RawPeer half = guest();
                RawPeer mute = guest()) {
            half.say(java.util.Arrays.copyOf(greeting, greeting.length / 2));
            assertThat(half.isClosed()).isTrue();
            assertThat(mute.isClosed()).isTrue();
        }
        assertThat(one.told.refused).hasSize(1);
        assertThat(one.told.refused.get(0)).contains("not complete within 400 ms");
    }

    @Test
    void aGreetingMayComeByteByByteWithFramesRightBehindIt() throws IOException {
        byte[] frame = Rig.frame(5);
        ByteSink all = new ByteSink();
        byte[] greeting = greeting();
        all.raw(greeting, 0, greeting.length).u32(frame.length).raw(frame, 0, frame.length);
        try (RawPeer guest = guest()) {
            for (byte one : all.toByteArray()) {
                guest.say(new byte[] {one});
            }
            assertThat(guest.answer().welcome()).isTrue();
            Awaitility.await("the frame")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> one.numbers(Lane.DATA).equals(List.of(5L)));
        }
    }

    private String refusal(String cluster, String from, String to) throws IOException {
        try (RawPeer guest = guest()) {
            guest.greet(cluster, NodeId.of(from), NodeId.of(to), Lane.DATA);
            Greeting.Answer answer = guest.answer();
            assertThat(answer.welcome()).isFalse();
            assertThat(guest.isClosed()).isTrue();
            return answer.text();
        }
    }

    @Test
    void whoeverGreetsWronglyIsToldBothValuesAndWhatToMend() throws IOException {
        assertThat(refusal("other", "n2", "n1")).contains("'other'", "'contract'", "mend");
        assertThat(refusal(rig.cluster, "n2", "n3")).contains("n3", "here is n1", "mend the address");
        assertThat(refusal(rig.cluster, "n1", "n1")).contains("calls itself n1", "id of its own");
        assertThat(refusal(rig.cluster, "n9", "n1")).contains("n9 is no member", "same members");
        assertThat(one.told.strangers).containsExactly(NodeId.of("n9"));
        assertThat(one.told.refused).hasSize(1);
    }

    @Test
    void anotherVersionIsNamed() throws IOException {
        byte[] greeting = greeting();
        greeting[5] = 9;
        try (RawPeer guest = guest()) {
            guest.say(greeting);
            assertThat(guest.isClosed()).isTrue();
        }
        assertThat(one.told.refused).hasSize(1);
        assertThat(one.told.refused.get(0)).contains("version 9", "speaks 5");
    }

    @Test
    void onlySoManyMayWaitWithoutAGreetingAndPeersStillGetIn() throws IOException {
        List<RawPeer> guests = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                guests.add(guest());
            }
            Awaitility.await("the oldest to be closed")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> one.transport().incoming() <= TcpRig.QUICK.strangersMax());
            assertBothTalk(1);
        } finally {
            for (RawPeer guest : guests) {
                guest.close();
            }
        }
        awaitIncoming(1);
    }

    @Test
    void nodesOfDifferentClustersTellEachOther() {
        two.close();
        rig.cluster = "elsewhere";
        two = rig.start(N2);
        one.transport().send(N2, Lane.DATA, Rig.frame(1));
        Awaitility.await("both to tell")
                .atMost(Duration.ofSeconds(10))
                .until(() -> !one.told.refused.isEmpty() && !two.told.refused.isEmpty());
        assertThat(one.told.refused.get(0)).contains("n1 cannot talk to n2", "'contract'", "'elsewhere'");
        assertThat(two.told.refused.get(0)).contains("'contract'", "'elsewhere'");
        assertThat(two.came()).isEmpty();
    }
}
