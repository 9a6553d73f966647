package io.quorate.node.door;

import static io.quorate.node.door.SlowCluster.MILLI;
import static io.quorate.node.door.SlowCluster.SECOND;
import static io.quorate.node.fixture.TinyCluster.N1;
import static io.quorate.node.fixture.TinyCluster.N2;
import static io.quorate.node.fixture.TinyCluster.N3;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.door.SlowCluster.Tally;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three nodes under ten times the load that they can carry, in virtual time. {@code -Dquorate.overload.seconds} makes the
 * overload longer than the five seconds of the normal build.
 */
final class OverloadTest {
    private static final Logger LOG = LoggerFactory.getLogger(OverloadTest.class);
    private static final int QUORUM = 2;
    private static final int ALL = 3;
    private static final int CLIENTS = 32;
    private static final long OVERLOAD = Integer.getInteger("quorate.overload.seconds", 5) * SECOND;

    private final SlowCluster cluster = new SlowCluster();

    @AfterEach
    void end() {
        cluster.close();
    }

    /** Writes a second with as many clients as keep the nodes busy. */
    private double peak(List<NodeId> via) {
        Tally warm = new Tally();
        Tally tally = new Tally();
        long until = cluster.now() + 3 * SECOND;
        via.forEach(id -> {
            for (int i = 0; i < CLIENTS; i++) {
                cluster.client(id, QUORUM, until, i == 0 ? warm : tally);
            }
        });
        cluster.run(5 * SECOND);
        assertThat(tally.refused + tally.failed + tally.late).isZero();
        return (tally.good + warm.good) / 3.0;
    }

    private Tally stream(List<NodeId> via, int need, double perSecond, long nanos) {
        Tally tally = new Tally();
        via.forEach(id -> cluster.stream(id, need, perSecond / via.size(), cluster.now() + nanos, tally));
        cluster.run(nanos);
        return tally;
    }

    private void overload(List<NodeId> via) {
        double peak = peak(via);
        Tally over = stream(via, QUORUM, 10 * peak, OVERLOAD);
        String figures = String.format(
                "peak %.0f/s; at ten times that %.0f/s, %d failed, p50 %d ms, p99 %d ms",
                peak, over.good * 1e9 / OVERLOAD, over.failed, over.took(0.5) / MILLI, over.took(0.99) / MILLI);
        assertThat(over.good * 1e9 / OVERLOAD).as(figures).isGreaterThan(0.8 * peak);
        LOG.info(figures);
        assertThat(over.late).isZero();
        // Before the limit is found some that were let in may run out of time.
        assertThat(over.failed).isLessThanOrEqualTo(over.good / 1000);
        cluster.run(2 * SECOND);
        Tally after = stream(via, QUORUM, 0.5 * peak, 8 * SECOND);
        assertThat(after.refused + after.failed + after.late).isZero();
        cluster.run(SECOND);
        for (NodeId id : TinyCluster.NODES) {
            assertThat(cluster.inFlight(id)).isZero();
        }
    }

    @Test
    void tenTimesTheLoadThroughAllNodesIsServedAsMuchAsCanBeAndInTime() {
        overload(TinyCluster.NODES);
    }

    @Test
    void tenTimesTheLoadThroughOneNodeIsServedAsMuchAsCanBeAndInTime() {
        overload(List.of(N1));
    }

    @Test
    void aHomeThatAnswersNothingLeavesTheOthersAlone() {
        double peak = peak(TinyCluster.NODES);
        List<NodeId> others = List.of(N1, N2);
        Tally before = stream(others, QUORUM, 0.3 * peak, 3 * SECOND);
        cluster.pause(N3);
        Tally all = new Tally();
        others.forEach(id -> cluster.stream(id, ALL, 0.1 * peak, cluster.now() + 10 * SECOND, all));
        Tally quorum = stream(others, QUORUM, 0.3 * peak, 10 * SECOND);
        assertThat(quorum.refused + quorum.failed + quorum.late).isZero();
        assertThat(quorum.took(0.99)).isLessThan(2 * before.took(0.99) + 10 * MILLI);
        assertThat(all.refused).isGreaterThan(all.sent * 8 / 10);
        assertThat(all.late).isZero();
        for (NodeId id : others) {
            assertThat(cluster.limit(id)).isEqualTo(QueueLimit.Settings.DEFAULT.ceiling());
            assertThat(cluster.refusals(id, "queue-limit")).isZero();
        }
        cluster.goOn(N3);
        cluster.run(5 * SECOND);
        Tally after = stream(others, ALL, 0.1 * peak, 3 * SECOND);
        assertThat(after.refused + after.failed + after.late).isZero();
    }
}
