package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.storage.LogDamage;
import io.quorate.node.storage.RecordDamage;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksGroupStore;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.storage.WriteObserver;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What one node's disk has of one group is damaged: the node is let into that group again, and nothing is lost. */
final class DamagedGroupTest {
    private static final String DAMAGED = "n3";
    private static final int KEYS = 60;

    private final TestCluster cluster = TestCluster.start(3);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private int partition;

    @BeforeEach
    void write() {
        cluster.awaitLeaders();
        for (int i = 0; i < KEYS; i++) {
            put("n1", "k" + i, i % 2 == 0 ? "SYNC" : "SEMI_SYNC");
        }
        partition = Http.get(cluster.url("n1"), "/v1/buckets/accounts/keys/k0/explain")
                .expect(200)
                .json()
                .path("partition")
                .asInt();
        lines.start();
        root().addAppender(lines);
    }

    @AfterEach
    void stop() {
        root().detachAppender(lines);
        cluster.close();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    private void put(String node, String key, String level) {
        Http.request("PUT", cluster.url(node), "/v1/buckets/accounts/keys/" + key + "?timeout=10s&level=" + level)
                .body("v-" + key)
                .send()
                .expect(204);
    }

    private void act(Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    /** The group of the damage, as a node tells of it. */
    private JsonNode group(String node) {
        for (JsonNode group : cluster.groups(node)) {
            if (group.path("partition").asInt() == partition) {
                return group;
            }
        }
        throw new AssertionError(node + " has no group of partition " + partition);
    }

    private void awaitMember() {
        Awaitility.await("a leader")
                .atMost(Duration.ofSeconds(30))
                .until(() -> group("n1").path("leader").isTextual());
        long due = group("n1").path("commit").asLong();
        Awaitility.await(DAMAGED + " in its group")
                .atMost(Duration.ofSeconds(60))
                .until(() -> List.of("follower", "leader")
                                .contains(group(DAMAGED).path("role").asText())
                        && group(DAMAGED).path("applied").asLong() >= due);
    }

    /** How often something happened to groups of the damaged node since it started. */
    private double counted(String event) {
        return Http.get(cluster.url(DAMAGED), "/metrics")
                .expect(200)
                .text()
                .lines()
                .filter(line -> line.startsWith("quorate_groups_total") && line.contains("\"" + event + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private List<String> said(String what) {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(DAMAGED + ": partition " + partition + ": ") && line.contains(what))
                .toList();
    }

    private void damage(ObjIntConsumer<Path> how) {
        act(Action.STOP, DAMAGED);
        how.accept(cluster.data().resolve(DAMAGED), partition);
        act(Action.START, DAMAGED);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        awaitMember();
    }

    private void assertLetInAndNothingIsLost() {
        assertThat(counted("rejoins")).as("groups that asked").isEqualTo(1);
        assertThat(counted("rejoined")).as("groups that were let in").isEqualTo(1);
        assertThat(said("takes part again")).hasSize(1);
        for (String node : cluster.nodes()) {
            for (int i = 0; i < KEYS; i++) {
                assertThat(Http.get(
                                        cluster.url(node),
                                        "/v1/buckets/accounts/keys/k" + i + "?timeout=10s&level=LINEARIZABLE")
                                .expect(200)
                                .text())
                        .isEqualTo("v-k" + i);
            }
        }
        // All voters have it, and then a majority has to have this node.
        put("n1", "k0", "SYNC");
        act(Action.STOP, "n2");
        put("n1", "k0", "SEMI_SYNC");
        act(Action.START, "n2");
        act(Action.KILL, DAMAGED);
        act(Action.START, DAMAGED);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        awaitMember();
        assertThat(counted("rejoins")).as("it is a member as any other now").isZero();
    }

    @Test
    void aDamagedRecordInTheMiddleOfTheLog() {
        damage((folder, of) -> LogDamage.flipBitInTheMiddle(folder, "group-3-" + of));
        assertThat(said("the log is damaged")).isNotEmpty().allMatch(line -> line.contains("damaged event"));
        assertLetInAndNothingIsLost();
    }

    @Test
    void aDamagedHeader() {
        damage((folder, of) -> assertThat(RecordDamage.flipHeader(folder, ReplicaSetId.led(3, of)))
                .isEqualTo(1));
        assertThat(said("its state is damaged")).isNotEmpty().allMatch(line -> line.contains("damaged header"));
        assertLetInAndNothingIsLost();
    }

    @Test
    void aLostHeader() {
        damage((folder, of) -> assertThat(RecordDamage.loseHeader(folder, ReplicaSetId.led(3, of)))
                .isEqualTo(1));
        assertThat(said("its state is damaged")).isNotEmpty().allMatch(line -> line.contains("is missing"));
        assertLetInAndNothingIsLost();
    }

    /** Such a node looks for what it has before it asks to be let in, at every start. */
    @Test
    void aDamagedHeaderOfANodeThatHasLostADiskBefore() {
        act(Action.WIPE, DAMAGED);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        Awaitility.await(DAMAGED + " in all its groups")
                .atMost(Duration.ofSeconds(60))
                .until(() -> counted("rejoined") == cluster.groups("n1").size());
        awaitMember();
        damage((folder, of) -> assertThat(RecordDamage.flipHeader(folder, ReplicaSetId.led(3, of)))
                .isEqualTo(1));
        assertThat(said("its state is damaged")).isNotEmpty();
        assertLetInAndNothingIsLost();
    }

    /** Whatever was done after the mark is done again. */
    @Test
    void aNodeThatDiedRightAfterItGaveUp() {
        damage(DamagedGroupTest::giveUp);
        assertLetInAndNothingIsLost();
    }

    private static void giveUp(Path folder, int partition) {
        RocksPartitionStore beside = new RocksPartitionStore(
                RocksColumns.open(folder.resolve("db"), SyncMode.GROUP),
                TestKeys.PARTITIONS,
                Thread::new,
                System::nanoTime,
                WriteObserver.NONE);
        try {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            new RocksGroupStore(beside, 0)
                    .giveUp(ReplicaSetId.led(3, partition), failure -> done.complete(failure == null));
            assertThat(done.orTimeout(20, TimeUnit.SECONDS).join()).isTrue();
        } finally {
            beside.close();
        }
    }
}
