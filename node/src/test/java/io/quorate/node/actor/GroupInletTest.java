package io.quorate.node.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.NodeLiveness;
import io.quorate.node.protocol.group.Pulses;
import io.quorate.ring.topology.NodeId;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pulse may be known to a group's actor before it comes to what was sent ahead of that pulse. */
class GroupInletTest {
    private static final NodeId N2 = NodeId.of("n2");
    private static final long EPOCH = 7;
    private static final long MILLI = 1_000_000L;

    private final ActorSystem system = ActorSystem.create(
            "groups",
            ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
                    .withFallback(ConfigFactory.load()));
    private final GroupInlet inlet = new GroupInlet();
    private final SharedPulses pulses =
            new SharedPulses(new Pulses(1, 75 * MILLI), node -> inlet.add(new GroupInlet.Lost(node)));
    private final NodeLiveness seen = inlet.inOrder(pulses);
    private long number;

    GroupInletTest() {
        inlet.open(system.deadLetters());
        pulses.tick(0);
        pulses.next(N2);
        pulse(0, 10 * MILLI);
        inlet.heardEnd();
    }

    @AfterEach
    void stop() {
        system.terminate();
    }

    /** One that has heard all pulses of this node, and says how many ends of rests it has told of. */
    private void pulse(long wakes, long at) {
        pulses.onPulse(N2, new GroupMessage.Pulse(EPOCH, ++number, wakes, 1, 1, 0), 0, at);
    }

    @Test
    void whatIsHeardCountsWhileNothingWaits() {
        pulse(0, 20 * MILLI);

        assertThat(seen.vouches(N2, EPOCH)).isTrue();
        assertThat(seen.vouchedAt(N2)).isEqualTo(20 * MILLI);
        assertThat(seen.heardFrom(N2)).isZero();
    }

    @Test
    void pulseBehindTheEndOfARestCountsOnceThatHasComeIn() {
        GroupMessage.Wake wake = new GroupMessage.Wake(3, 1);
        pulses.onWake(N2, wake);
        inlet.add(new GroupInlet.Incoming(N2, wake, 0));
        pulse(1, 20 * MILLI);

        assertThat(seen.vouches(N2, EPOCH)).isFalse();
        assertThat(seen.vouchedAt(N2)).isEqualTo(Long.MIN_VALUE);
        assertThat(seen.heardFrom(N2)).isEqualTo(Long.MIN_VALUE);

        inlet.heardEnd();

        assertThat(seen.vouchedAt(N2)).isEqualTo(20 * MILLI);
    }

    @Test
    void pulseThatSaysOfAMissingEndCountsOnceTheLossHasComeIn() {
        pulse(1, 20 * MILLI);

        assertThat(pulses.vouchedAt(N2)).isEqualTo(20 * MILLI);
        assertThat(seen.vouchedAt(N2)).isEqualTo(Long.MIN_VALUE);

        inlet.heardEnd();

        assertThat(seen.vouchedAt(N2)).isEqualTo(20 * MILLI);
    }

    @Test
    void nextActorNeedNotHearWhatWasSentToTheOneBefore() {
        inlet.add(new GroupInlet.Lost(N2));
        inlet.close("it ends");
        inlet.add(new GroupInlet.Lost(N2));

        assertThat(seen.vouches(N2, EPOCH)).as("while there is none").isFalse();

        inlet.open(system.deadLetters());

        assertThat(seen.vouches(N2, EPOCH)).isTrue();
    }

    @Test
    void messagesThatEndNoRestHoldNothingUp() {
        inlet.add(new GroupInlet.Incoming(N2, new GroupMessage.Sleep(3, 1, EPOCH), 0));

        assertThat(seen.vouches(N2, EPOCH)).isTrue();
    }
}
