package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Nodes;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose disk is lost comes back into its groups. */
final class LostDiskGroupsTest {
    private static final int GROUPS = 16;

    private static Http key(TestCluster cluster, String method, String node, String key) {
        return Http.request(method, cluster.url(node), "/v1/buckets/accounts/keys/" + key + "?timeout=10s");
    }

    private static void act(TestCluster cluster, Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    /** Of each group that is led, up to where it is committed. */
    private static Map<Integer, Long> commits(TestCluster cluster) {
        Map<Integer, Long> commits = new HashMap<>();
        for (String node : cluster.nodes()) {
            for (JsonNode group : cluster.groups(node)) {
                if (group.path("role").asText().equals("leader")) {
                    commits.merge(
                            group.path("partition").asInt(),
                            group.path("commit").asLong(),
                            Math::max);
                }
            }
        }
        return commits;
    }

    /** Waits until a node is a member of all groups, and has all that is committed now: writes may go on. */
    private static void awaitWhole(TestCluster cluster, String node) {
        Awaitility.await("a leader of each group")
                .atMost(Duration.ofSeconds(30))
                .until(() -> commits(cluster).size() == GROUPS);
        Map<Integer, Long> due = commits(cluster);
        Awaitility.await(node + " in all its groups")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> hasAll(cluster, node, due));
    }

    private static boolean hasAll(TestCluster cluster, String node, Map<Integer, Long> due) {
        Map<Integer, Long> missing = new HashMap<>(due);
        for (JsonNode group : cluster.groups(node)) {
            long applied = group.path("applied").asLong();
            if (!group.path("role").asText().equals("rejoining")) {
                missing.computeIfPresent(
                        group.path("partition").asInt(), (partition, commit) -> applied >= commit ? null : commit);
            }
        }
        return missing.isEmpty();
    }

    /** Writes keys of its own until it is told that it is over, and keeps those that were acknowledged. */
    private static final class Writer {
        private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        private Writer(TestCluster cluster, String node) {
            this.thread = new Thread(
                    () -> {
                        while (!over.get()) {
                            write(cluster, node);
                        }
                    },
                    "writer");
            thread.start();
        }

        private void write(TestCluster cluster, String node) {
            int number = next.getAndIncrement();
            Reply reply = key(cluster, "PUT", node, node + "-" + number)
                    .body("v" + number)
                    .send();
            if (reply.status() == 204) {
                acknowledged.put(node + "-" + number, "v" + number);
            }
        }

        private void awaitMore(int count) {
            int before = acknowledged.size();
            Awaitility.await(count + " writes")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> acknowledged.size() >= before + count);
        }

        private Map<String, String> end() throws InterruptedException {
            over.set(true);
            thread.join();
            return acknowledged;
        }
    }

    @Test
    void aNodeThatLostItsDiskVotesAgainOnceItHasWhatItsGroupsHave() throws InterruptedException {
        try (TestCluster cluster = TestCluster.start(3)) {
            cluster.awaitLeaders();
            Writer writer = new Writer(cluster, "n1");
            writer.awaitMore(100);
            act(cluster, Action.WIPE, "n3");
            cluster.awaitPeers("n3", 2);
            // Meanwhile it serves through the others.
            key(cluster, "PUT", "n3", "through-n3").body("v").send().expect(204);
            writer.awaitMore(100);
            awaitWhole(cluster, "n3");
            // A majority has to have this node from here on.
            act(cluster, Action.STOP, "n2");
            writer.awaitMore(100);
            Map<String, String> acknowledged = writer.end();
            for (Map.Entry<String, String> each : acknowledged.entrySet()) {
                assertThat(key(cluster, "GET", "n3", each.getKey())
                                .send()
                                .expect(200)
                                .text())
                        .isEqualTo(each.getValue());
            }
            // It is a member as any other now, also over a start.
            act(cluster, Action.START, "n2");
            act(cluster, Action.KILL, "n3");
            act(cluster, Action.START, "n3");
            awaitWhole(cluster, "n3");
            act(cluster, Action.STOP, "n1");
            key(cluster, "PUT", "n2", "last").body("v").send().expect(204);
        }
    }

    @Test
    void eachOnceAndNothingIsLost() {
        try (TestCluster cluster = TestCluster.start(3)) {
            cluster.awaitLeaders();
            key(cluster, "PUT", "n1", "kept").body("v").send().expect(204);
            for (String node : cluster.nodes()) {
                act(cluster, Action.WIPE, node);
                cluster.nodes().forEach(each -> cluster.awaitPeers(each, 2));
                awaitWhole(cluster, node);
            }
            for (String node : cluster.nodes()) {
                assertThat(key(cluster, "GET", node, "kept").send().expect(200).text())
                        .isEqualTo("v");
            }
        }
    }

    /** Nobody is left who could let anybody in, but nobody has promised anything either. */
    @Test
    void disksThatWereLostBeforeThereWasALeaderBucketHinderNoElection(@TempDir Path folder) {
        List<NodeConfig> configs =
                Nodes.configs(3, NodeConfig.Limits.DEFAULT, index -> folder.resolve("n" + (index + 1)));
        List<EmbeddedNode> nodes = new ArrayList<>();
        try {
            configs.forEach(config -> nodes.add(EmbeddedNode.start(config)));
            for (int i = 0; i < configs.size(); i++) {
                awaitServing(nodes);
                nodes.get(i).kill();
                DemoCluster.deleteTree(folder.resolve("n" + (i + 1)));
                nodes.set(i, EmbeddedNode.start(configs.get(i)));
            }
            awaitServing(nodes);
            Http.request("PUT", nodes.get(0).url(), "/v1/buckets/late")
                    .json("{\"mode\":\"leader\"}")
                    .send()
                    .expect(201);
            nodes.forEach(node -> Awaitility.await("leaders at " + node.id())
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> led(node) == configs.get(0).partitions()));
        } finally {
            nodes.forEach(EmbeddedNode::close);
        }
    }

    private static void awaitServing(List<EmbeddedNode> nodes) {
        nodes.forEach(node -> Awaitility.await(node.id() + " serves, and sees the others")
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    JsonNode self =
                            Http.get(node.url(), "/v1/nodes/self").expect(200).json();
                    return self.path("state").asText().equals("serving")
                            && self.path("peersUp").size() == nodes.size() - 1;
                }));
    }

    private static int led(EmbeddedNode node) {
        int led = 0;
        for (JsonNode group :
                Http.get(node.url(), "/v1/groups").expect(200).json().path("groups")) {
            led += group.path("leader").isTextual() ? 1 : 0;
        }
        return led;
    }
}
