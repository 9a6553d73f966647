package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Flood;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.TestCluster;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes under a flood of writes over HTTP. The generator shares the machine with them, so a busy machine says little about
 * ratios: the normal build looks at what must hold anyway. With {@code -Dquorate.flood.seconds=300} on a quiet machine ten
 * times what three nodes can carry is offered for so long, over {@code -Dquorate.flood.connections} (2000), and the figures
 * must be as promised.
 */
final class FloodTest {
    private static final Logger LOG = LoggerFactory.getLogger(FloodTest.class);
    private static final long SECOND = 1_000_000_000L;
    private static final int SECONDS = Integer.getInteger("quorate.flood.seconds", 0);
    private static final int CONNECTIONS = Integer.getInteger("quorate.flood.connections", SECONDS > 0 ? 2000 : 300);

    private static List<Integer> ports(TestCluster cluster) {
        return cluster.nodes().stream()
                .map(node -> URI.create(cluster.url(node)).getPort())
                .toList();
    }

    private static Flood flood(TestCluster cluster, int connections, String prefix) {
        return new Flood(ports(cluster), connections, TestCluster.target(prefix, ""), "", 1024, SECOND);
    }

    private static long refusals(TestCluster cluster) {
        long sum = 0;
        for (String node : cluster.nodes()) {
            sum += Http.get(cluster.url(node), "/metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("quorate_refusals_total"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf('}') + 1)))
                    .sum();
        }
        return sum;
    }

    private static void awaitRecovery(TestCluster cluster) {
        Awaitility.await("everything to be as before")
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> {
                    for (String node : cluster.nodes()) {
                        cluster.put(node, TestCluster.newKey(), "v").expect(204);
                        if (cluster.self(node).path("counts").path("inFlight").asInt() > 0) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    @Test
    void whatIsRefusedInAFloodIsCountedAndTheNodeIsSoonAsBefore() {
        try (TestCluster cluster = TestCluster.start(1);
                Flood flood = flood(cluster, CONNECTIONS, "one")) {
            Flood.Result result = flood.closedLoop(2 * SECOND);
            assertThat(result.good()).as(result.toString()).isPositive();
            assertThat(refusals(cluster)).as(result.toString()).isGreaterThanOrEqualTo(result.refused());
            awaitRecovery(cluster);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "quorate.flood.seconds", matches = "[1-9][0-9]*")
    void tenTimesTheLoadIsServedAsPromised() {
        try (TestCluster cluster = TestCluster.start(3)) {
            cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
            double peak;
            try (Flood clients = flood(cluster, 64, "peak")) {
                clients.closedLoop(20 * SECOND);
                peak = clients.closedLoop(10 * SECOND).goodPerSecond();
            }
            try (Flood flood = flood(cluster, CONNECTIONS, "over")) {
                flood.openLoop(10 * peak, 5 * SECOND);
                Flood.Result over = flood.openLoop(10 * peak, SECONDS * SECOND);
                String figures = String.format("peak %.0f/s; %s", peak, over);
                LOG.info(figures);
                cluster.nodes()
                        .forEach(node -> assertThat(
                                        cluster.self(node).path("peersUp").size())
                                .as(figures)
                                .isEqualTo(2));
                assertThat(over.goodPerSecond()).as(figures).isGreaterThan(0.8 * peak);
                // Load, nodes and compilers share the processors; all of them stand still together now and then.
                assertThat(over.gapNanos()).as(figures).isLessThan(SECOND / 2);
                long accepted = over.sent() - over.refused();
                assertThat(over.late()).as(figures).isLessThanOrEqualTo(accepted / 10_000);
                assertThat(over.failed() + over.overtime()).as(figures).isLessThanOrEqualTo(accepted / 1000);
            }
            awaitRecovery(cluster);
        }
    }
}
