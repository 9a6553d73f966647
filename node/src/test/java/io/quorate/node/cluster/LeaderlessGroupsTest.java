package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What operators see of groups when their leaders go. */
final class LeaderlessGroupsTest {
    private static JsonNode health(TestCluster cluster, String node) {
        return Http.get(cluster.url(node), "/healthz/cluster").expect(200).json();
    }

    private static List<Integer> leaderless(TestCluster cluster, String node) {
        List<Integer> partitions = new ArrayList<>();
        health(cluster, node).path("groupsWithoutLeader").forEach(partition -> partitions.add(partition.asInt()));
        return partitions;
    }

    private static void await(String what, TestCluster cluster, String node, int leaderless) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> leaderless(cluster, node).size() == leaderless);
    }

    private static void act(TestCluster cluster, Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    /** A meter's value at a node. */
    private static double meter(TestCluster cluster, String node, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + "[{,].*} ([-+0-9.eE]+)$")
                .matcher(Http.get(cluster.url(node), "/metrics").expect(200).text());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static double events(TestCluster cluster, String node, String event) {
        return meter(cluster, node, "quorate_groups_total\\{event=\"" + event + "\"");
    }

    @Test
    void groupsThatLoseTheirMajorityAreNamedAndCounted() {
        try (TestCluster cluster = TestCluster.start(3)) {
            cluster.awaitLeaders();
            await("leaders", cluster, "n1", 0);
            assertThat(health(cluster, "n1").path("status").asText()).isEqualTo("ok");
            double terms = events(cluster, "n1", "term-begins");
            assertThat(terms).isGreaterThanOrEqualTo(16);
            assertThat(events(cluster, "n1", "votes") + events(cluster, "n1", "stands"))
                    .isGreaterThanOrEqualTo(16);
            act(cluster, Action.KILL, "n2");
            await("other leaders", cluster, "n1", 0);
            assertThat(health(cluster, "n1").path("status").asText()).isEqualTo("degraded");
            assertThat(events(cluster, "n1", "stands")).isPositive();
            assertThat(events(cluster, "n1", "term-begins")).isGreaterThan(terms);
            act(cluster, Action.KILL, "n3");
            await("nobody leads", cluster, "n1", 16);
            JsonNode health = health(cluster, "n1");
            assertThat(health.path("partitionsBelowQuorum").asInt()).isEqualTo(16);
            assertThat(health.path("status").asText()).isEqualTo("degraded");
            Awaitility.await("the meters")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> meter(cluster, "n1", "quorate_groups_leaderless") == 16
                            && meter(cluster, "n1", "quorate_groups_led") == 0);
            act(cluster, Action.START, "n3");
            await("leaders again", cluster, "n1", 0);
        }
    }

    @Test
    void partitionsThatThisNodeIsNoHomeOfAreAskedOfTheirs() {
        try (TestCluster cluster = TestCluster.start(5)) {
            assertThat(cluster.groups("n1").size()).isBetween(1, 15);
            await("leaders of all", cluster, "n1", 0);
        }
    }

    @Test
    void metersOfAllGroupsTogetherNameNoGroup() {
        try (TestCluster cluster = TestCluster.start(3)) {
            cluster.awaitLeaders();
            for (int i = 0; i < 20; i++) {
                Http.request("PUT", cluster.url("n1"), "/v1/buckets/accounts/keys/" + i + "?level=SYNC&timeout=10s")
                        .body("v")
                        .send()
                        .expect(204);
            }
            double commits = 0;
            double led = 0;
            for (String node : cluster.nodes()) {
                assertThat(meter(cluster, node, "quorate_groups_follower_lag_entries"))
                        .isNotNegative();
                assertThat(meter(cluster, node, "quorate_groups_follower_lag_seconds"))
                        .isNotNegative();
                assertThat(meter(cluster, node, "quorate_groups_age_seconds")).isGreaterThanOrEqualTo(-1);
                assertThat(Http.get(cluster.url(node), "/metrics").text().lines())
                        .filteredOn(line -> line.startsWith("quorate_groups"))
                        .isNotEmpty()
                        .noneMatch(line -> line.contains("partition"));
                commits += meter(cluster, node, "quorate_groups_commit_seconds_count");
                led += events(cluster, node, "leads");
            }
            assertThat(commits).isBetween(1.0, 100.0);
            assertThat(led).isGreaterThanOrEqualTo(16);
        }
    }
}
