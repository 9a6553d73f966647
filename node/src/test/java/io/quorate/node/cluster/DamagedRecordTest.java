package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.node.storage.RecordDamage;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A record that one replica's disk spoilt is a failure of that replica, never an absent key, and is mended. */
final class DamagedRecordTest {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void act(Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    private static void damageAt(String node, String key) {
        act(Action.STOP, node);
        assertThat(RecordDamage.flipBit(cluster.data().resolve(node), "carts", key))
                .isEqualTo(1);
        act(Action.START, node);
        cluster.nodes().forEach(each -> cluster.awaitPeers(each, 2));
        // Who has just come back is asked last, and then nobody would meet the damage.
        Awaitility.await(node + " to have caught up")
                .atMost(Duration.ofSeconds(30))
                .until(() -> cluster.demo().node(node).state().equals("serving"));
    }

    private static List<String> resultsOf(String key) {
        List<String> results = new ArrayList<>();
        Http.get(cluster.url("n1"), TestCluster.target(key, "/explain"))
                .expect(200)
                .json()
                .path("replicas")
                .forEach(replica -> results.add(replica.path("node").asText() + " "
                        + replica.path("result").asText()));
        return results;
    }

    private static void awaitMended(String key) {
        Awaitility.await("the record to be mended")
                .atMost(Duration.ofSeconds(10))
                .until(() -> resultsOf(key).stream().allMatch(result -> result.endsWith(" value")));
    }

    @Test
    void damagedRecordIsServedByTheOthersAndMended() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "whole").expect(204);
        damageAt("n2", key);
        assertThat(resultsOf(key)).contains("n2 error");

        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key).expect(200).text()).isEqualTo("whole");
        }
        awaitMended(key);
        assertThat(cluster.get("n2", key, "?level=ONE").expect(200).text()).isEqualTo("whole");
        assertThat(cluster.get("n1", key, "?level=ALL").expect(200).text()).isEqualTo("whole");
    }

    @Test
    void readAtOneOfADamagedRecordIsNeverNotFound() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "whole").expect(204);
        damageAt("n3", key);
        for (int i = 0; i < 5; i++) {
            assertThat(cluster.get("n3", key, "?level=ONE").expect(200).text()).isEqualTo("whole");
        }
        awaitMended(key);
    }

    @Test
    void writeOverADamagedRecordStandsAndLosesNothing() {
        String key = TestCluster.newKey();
        Reply written = cluster.put("n1", key, "?level=ALL", "old").expect(204);
        damageAt("n1", key);
        cluster.putOver("n1", key, written.context(), "new").expect(204);
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key).expect(200).text()).isEqualTo("new");
        }
        awaitMended(key);
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key, "?level=ALL").expect(200).text()).isEqualTo("new");
        }
    }

    @Test
    void recordDamagedAtAllReplicasIsAnErrorAndNotAnAbsentKey() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "whole").expect(204);
        cluster.nodes().forEach(node -> act(Action.STOP, node));
        for (String node : cluster.nodes()) {
            assertThat(RecordDamage.flipBit(cluster.data().resolve(node), "carts", key))
                    .isEqualTo(1);
        }
        cluster.nodes().forEach(node -> act(Action.START, node));
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        for (String level : new String[] {"ONE", "QUORUM", "ALL"}) {
            Reply reply = cluster.get("n1", key, "?timeout=2s&level=" + level);
            assertThat(reply.status()).as(reply.toString()).isIn(500, 503, 504);
            reply.problem(reply.status(), reply.json().path("code").asText());
        }
        Awaitility.await("a read to say that every copy is damaged")
                .atMost(Duration.ofSeconds(10))
                .until(() -> cluster.get("n1", key, "?timeout=5s&level=QUORUM")
                        .json()
                        .path("detail")
                        .asText()
                        .contains("damaged at all of its replicas"));
    }

    @Test
    void lostRecordComesBackFromTheOthersWhenItIsRead() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "whole").expect(204);
        act(Action.STOP, "n2");
        assertThat(RecordDamage.lose(cluster.data().resolve("n2"), "carts", key))
                .isEqualTo(1);
        act(Action.START, "n2");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));

        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key).expect(200).text()).isEqualTo("whole");
        }
        Awaitility.await("the record to be back")
                .atMost(Duration.ofSeconds(10))
                .until(() -> cluster.get("n1", key, "?level=ALL").status() == 200);
        awaitMended(key);
    }
}
