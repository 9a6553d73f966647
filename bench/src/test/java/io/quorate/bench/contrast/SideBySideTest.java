package io.quorate.bench.contrast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bench.local.NodeHttp;
import io.quorate.bench.local.Ports;
import io.quorate.client.QuorateClient;
import io.quorate.client.error.QuorateException;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.storage.SyncMode;
import io.quorate.ring.topology.NodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four nodes in this process, cut in two, with the same clients on either side of both modes. */
class SideBySideTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final int PARTITIONS = 16;
    private static final Sides SIDES = Sides.of(List.of(0, 1), List.of(2, 3));
    /** Clients of a crowd, and behind them one on either side, which are asked in the test itself. */
    private static final int CROWD = 4;

    private static final int AWAY = CROWD;
    private static final int REST = CROWD + 1;

    @TempDir
    private Path folder;

    @Test
    void aCutShowsWhatEachModeGivesUp() throws Exception {
        List<Integer> ports = Ports.free(3);
        try (DemoCluster cluster = DemoCluster.start(new DemoCluster.Settings(
                        4,
                        3,
                        PARTITIONS,
                        ports.get(0),
                        ports.get(1),
                        ports.get(2),
                        folder,
                        SyncMode.GROUP,
                        NodeConfig.Limits.DEFAULT,
                        NodeConfig.Links.DEFAULT));
                Seats seats = Seats.at(cluster.urls().stream().map(URI::create).toList(), TIMEOUT)) {
            URI first = URI.create(cluster.urls().get(0));
            NodeHttp http = new NodeHttp();
            for (Mode mode : Mode.values()) {
                http.send(first, "PUT", "/v1/buckets/" + mode.bucket(), mode.definition());
            }
            Ways ways = Ways.of(SIDES, http.get(first, "/v1/ring"));
            new Cut(cluster, seats, ways).check();
        }
    }

    private static final class Cut {
        private final DemoCluster cluster;
        private final Seats seats;
        private final Ways ways;
        private final Keys ledKeys;
        private final Keys keys;
        private final LeaderStore led;
        private final LeaderlessStore leaderless;
        /** Of which one home is on the side that is cut off, and two are on the other. */
        private final List<Integer> partitions;

        private Cut(DemoCluster cluster, Seats seats, Ways ways) {
            this.cluster = cluster;
            this.seats = seats;
            this.ways = ways;
            this.ledKeys = Keys.of(Mode.LEADER.bucket(), PARTITIONS, PARTITIONS);
            this.keys = Keys.of(Mode.LEADERLESS.bucket(), PARTITIONS, PARTITIONS);
            NumberedValues values = new NumberedValues(100);
            this.led = new LeaderStore(ledKeys, values, TIMEOUT);
            this.leaderless = new LeaderlessStore(keys, CROWD + 2, values, TIMEOUT);
            ways.cut(true);
            this.partitions = IntStream.range(0, PARTITIONS)
                    .filter(partition -> ways.of(REST, partition).size() == 2)
                    .boxed()
                    .toList();
            ways.cut(false);
        }

        private QuorateClient seat(int client, int key) {
            return seats.node(ways.of(client, key).get(0));
        }

        private void check() throws InterruptedException {
            List<Integer> few = partitions.subList(0, 3);
            for (int key : few) {
                eventually(() -> led.write(seat(AWAY, key), AWAY, key));
                eventually(() -> leaderless.write(seat(AWAY, key), AWAY, key));
                leaderless.read(seat(REST, key), REST, key);
            }
            Crowd crowd = Crowd.start(new Crowd.Settings(CROWD, 0.5, 1), led, ledKeys, seats, ways, true);
            ways.cut(true);
            cluster.board().partition(List.of(nodes(SIDES.away()), nodes(SIDES.rest())));
            double cutAt = crowd.now();

            theSideWithoutAMajorityIsNotAnswered(few);
            for (int key : few) {
                eventually(() -> led.write(seat(REST, key), REST, key));
                assertThat(led.read(seat(REST, key), REST, key).stale()).isFalse();
            }
            theSideWithoutAMajorityIsNotAnswered(few);
            for (int key : few) {
                eventually(() -> leaderless.write(seat(AWAY, key), AWAY, key));
                eventually(() -> leaderless.write(seat(REST, key), REST, key));
                eventually(() -> leaderless.read(seat(AWAY, key), AWAY, key));
            }

            double healedAt = crowd.now();
            cluster.board().clear();
            ways.cut(false);
            for (int key : few) {
                eventually(() -> led.write(seat(AWAY, key), AWAY, key));
                bothValuesAreMerged(key);
            }
            oneHistory(crowd, cutAt, healedAt);
        }

        private static Set<NodeId> nodes(List<Integer> side) {
            return Set.copyOf(
                    side.stream().map(node -> NodeId.of("n" + (node + 1))).toList());
        }

        private void theSideWithoutAMajorityIsNotAnswered(List<Integer> few) {
            for (int key : few) {
                assertThatThrownBy(() -> led.write(seat(AWAY, key), AWAY, key)).isInstanceOf(QuorateException.class);
                assertThatThrownBy(() -> led.read(seat(AWAY, key), AWAY, key)).isInstanceOf(QuorateException.class);
            }
        }

        private void bothValuesAreMerged(int key) {
            atAllHomes(key, new Store.Last(2, 3, 0));
            assertThat(leaderless.read(seat(AWAY, key), AWAY, key)).isEqualTo(new Store.Seen(2, false));
            leaderless.write(seat(AWAY, key), AWAY, key);
            atAllHomes(key, new Store.Last(1, 4, 0));
        }

        /** Nodes find each other again one after the other, and who coordinates may miss a home that others see. */
        private void atAllHomes(int key, Store.Last wanted) {
            Awaitility.await("what all homes have of " + keys.name(key))
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(QuorateException.class)
                    .untilAsserted(() ->
                            assertThat(leaderless.last(seat(REST, key), key)).isEqualTo(wanted));
        }

        private void oneHistory(Crowd crowd, double cutAt, double healedAt) throws InterruptedException {
            List<Sample> samples = crowd.stop();
            List<Sample> during = samples.stream()
                    .filter(sample -> sample.from() >= cutAt && sample.to() < healedAt)
                    .filter(sample -> partitions.contains(sample.partition()))
                    .toList();
            assertThat(during.stream().filter(Sample::away)).isNotEmpty().noneMatch(Sample::isAnswered);
            assertThat(during.stream().filter(sample -> !sample.away())).anyMatch(Sample::isAcknowledgedWrite);
            assertThat(samples).noneMatch(Sample::stale);
            for (int key = 0; key < ledKeys.count(); key++) {
                int of = key;
                eventually(() ->
                        assertThat(led.last(seat(REST, of), of).missing()).isZero());
            }
            assertThat(led.check().wrong()).isEmpty();
        }

        private static void eventually(Runnable call) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(QuorateException.class)
                    .until(() -> {
                        call.run();
                        return true;
                    });
        }
    }
}
