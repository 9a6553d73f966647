package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Leads;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Five nodes, of which each key of a leader bucket has three; the other two serve it too. */
final class RemoteKeysTest {
    private static TestCluster cluster;
    private static Accounts accounts;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(5);
        accounts = new Accounts(cluster);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static List<String> homes(String key) {
        List<String> homes = new ArrayList<>();
        for (JsonNode home : accounts.explain("n1", key).path("homes")) {
            homes.add(home.asText());
        }
        return homes;
    }

    private static List<String> others(String key) {
        List<String> others = new ArrayList<>(cluster.nodes());
        others.removeAll(homes(key));
        assertThat(others).hasSize(2);
        return others;
    }

    @Test
    void nodeThatIsNoHomeServesTheKey() {
        String key = TestCluster.newKey();
        for (String node : others(key)) {
            Reply written = accounts.put(node, key, "through " + node).expect(204);
            assertThat(written.result()).containsEntry("role", "leader").containsEntry("level", "SEMI_SYNC");
            for (String level : new String[] {"LINEARIZABLE", "LEASE", "FOLLOWER"}) {
                Reply read = accounts.get(node, key, "?level=" + level).expect(200);
                assertThat(read.header("ETag")).isEqualTo(written.header("ETag"));
                assertThat(read.text()).isEqualTo("through " + node);
            }
            accounts.request(node, "PUT", key, "")
                    .header("If-Match", "\"1.1\"")
                    .body("not this")
                    .send()
                    .expect(412);
            accounts.delete(node, key).expect(204);
            accounts.get(node, key).expect(404);
        }
    }

    @Test
    void nodeThatIsNoHomeFindsTheNextLeader() {
        String key = TestCluster.newKey();
        String other = others(key).get(0);
        accounts.put(other, key, "before").expect(204);
        String leader = accounts.explain(other, key).path("leader").asText();
        cluster.demo().act(Action.KILL, NodeId.of(leader)).toCompletableFuture().join();
        try {
            Reply written = accounts.put(other, key, "?timeout=10s", "after").expect(204);
            assertThat(written.result()).containsEntry("role", "leader");
            assertThat(accounts.get(other, key).expect(200).text()).isEqualTo("after");
        } finally {
            cluster.demo()
                    .act(Action.START, NodeId.of(leader))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static long resting(String node) {
        String name = "quorate_groups_resting{";
        return Http.get(cluster.url(node), "/metrics")
                .expect(200)
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static long groups(String node) {
        return Http.get(cluster.url(node), "/v1/groups")
                .expect(200)
                .json()
                .path("groups")
                .size();
    }

    @Test
    void groupsWithNothingToDoRestAndWakeForARequest() {
        new Leads(cluster.demo()).begun();
        for (String node : cluster.nodes()) {
            Awaitility.await("rest of all groups of " + node)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> resting(node) == groups(node));
        }
        String key = TestCluster.newKey();
        String home = homes(key).get(1);
        accounts.put(home, key, "awake").expect(204);
        assertThat(accounts.get(home, key).expect(200).text()).isEqualTo("awake");
        Awaitility.await("the value at the third home")
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        accounts.get(homes(key).get(2), key, "?level=FOLLOWER").status() == 200);
    }

    @Test
    void groupThatRestsElectsAnotherWhenItsLeaderIsGone() {
        new Leads(cluster.demo()).begun();
        String key = TestCluster.newKey();
        String leader = accounts.explain("n1", key).path("leader").asText();
        List<String> homes = homes(key);
        Awaitility.await("rest").atMost(Duration.ofSeconds(60)).until(() -> resting(leader) == groups(leader));
        cluster.demo().act(Action.KILL, NodeId.of(leader)).toCompletableFuture().join();
        try {
            String left = homes.stream()
                    .filter(home -> !home.equals(leader))
                    .findFirst()
                    .orElseThrow();
            Awaitility.await("another leader, though nobody asks for anything")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> new Leads(cluster.demo())
                            .leaderOf(left, key)
                            .filter(present -> !present.equals(leader))
                            .isPresent());
        } finally {
            cluster.demo()
                    .act(Action.START, NodeId.of(leader))
                    .toCompletableFuture()
                    .join();
        }
        Awaitility.await("the first home leads again")
                .atMost(Duration.ofSeconds(60))
                .until(() -> new Leads(cluster.demo()).leaderOf("n1", key).equals(Optional.of(homes.get(0))));
    }
}
