package io.quorate.node.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.actor.GroupTable.Transfer;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.pace.Transits;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Transport;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups that have not begun, or that end while they are asked, keep nobody waiting. */
class GroupTableTest {
    private static final NodeId N2 = NodeId.of("n2");

    private final ActorSystem system = ActorSystem.create(
            "groups",
            ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
                    .withFallback(ConfigFactory.load()));
    private final GroupTable table = new GroupTable(
            NodeId.of("n1"),
            new Deaf(),
            new Stamps(1, System::nanoTime, new Transits(Transits.DRIFT_PPM)),
            System::nanoTime,
            () -> 1,
            new FailingShardActorTest.Quiet(),
            (nanos, work) -> {},
            Runnable::run);

    static final class Deaf implements Transport {
        @Override
        public void send(NodeId to, Lane lane, byte[] frame) {}

        @Override
        public boolean knows(NodeId node) {
            return false;
        }

        @Override
        public long admit(NodeId from) {
            return -1;
        }
    }

    @AfterEach
    void stop() {
        system.terminate();
    }

    private static ReplicaSetId set(int partition) {
        return ReplicaSetId.led(3, partition);
    }

    /** Of a group whose actor has ended, and nobody knows yet. */
    private GroupInlet ended() {
        GroupInlet inlet = new GroupInlet();
        inlet.open(system.deadLetters());
        return inlet;
    }

    @Test
    void allAreListedWhateverTheyAnswer() throws Exception {
        table.inlets().put(set(7), ended());
        table.inlets().put(set(3), new GroupInlet());

        List<GroupReport> reports = table.ask().get(20, TimeUnit.SECONDS);

        assertThat(reports)
                .containsExactly(GroupReport.unknown(3, "starting"), GroupReport.unknown(7, "busy"))
                .noneMatch(GroupReport::isLed);
    }

    @Test
    void transferSaysWhyItDoesNotBegin() throws Exception {
        table.inlets().put(set(3), new GroupInlet());
        table.inlets().put(set(7), ended());

        assertThat(table.transfer(set(1), N2).get(20, TimeUnit.SECONDS)).isEqualTo(Transfer.NO_SUCH_GROUP);
        assertThat(table.transfer(set(3), N2).get(20, TimeUnit.SECONDS)).isEqualTo(Transfer.STARTING);
        assertThat(table.transfer(set(7), N2).get(20, TimeUnit.SECONDS)).isEqualTo(Transfer.NO_ANSWER);
    }

    @Test
    void howAGroupStoodIsForgottenWhenItEnds() {
        table.reports(GroupReport.unknown(3, "follower"));
        table.reports(GroupReport.unknown(7, "leader"));
        table.ended(3);

        assertThat(table.reports()).extracting(GroupReport::partition).containsExactly(7);
    }
}
