package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Five nodes whose links are cut while they serve. */
final class PartitionTest {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(5);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @AfterEach
    void heal() {
        cluster.demo().board().clear();
        for (String node : cluster.nodes()) {
            cluster.demo()
                    .act(Action.START, NodeId.of(node))
                    .toCompletableFuture()
                    .join();
        }
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));
    }

    private static List<String> values(Reply siblings) {
        List<String> values = new ArrayList<>();
        siblings.json()
                .path("siblings")
                .forEach(sibling -> values.add(new String(
                        Base64.getDecoder().decode(sibling.path("value").asText()), StandardCharsets.UTF_8)));
        return values;
    }

    private static String quoted(List<String> nodes) {
        return "[\"" + String.join("\",\"", nodes) + "\"]";
    }

    /** A key with a home on each side: the first home on one, the second on the other. */
    private static void split(List<String> homes, List<String> left, List<String> right) {
        left.add(homes.get(0));
        right.add(homes.get(1));
        right.add(homes.get(2));
        for (String node : cluster.nodes()) {
            if (!homes.contains(node)) {
                left.add(node);
            }
        }
    }

    @Test
    void bothSidesOfAPartitionWriteAndBothValuesAreKept() {
        String key = TestCluster.newKey();
        List<String> left = new ArrayList<>();
        List<String> right = new ArrayList<>();
        split(cluster.homes("n1", key), left, right);
        cluster.put("n1", key, "?level=ALL", "before").expect(204);
        String context = cluster.get("n1", key).context();
        cluster.fault("n1", "{\"cut\":[" + quoted(left) + "," + quoted(right) + "]}")
                .expect(200);
        left.forEach(node -> cluster.awaitPeers(node, left.size() - 1));
        right.forEach(node -> cluster.awaitPeers(node, right.size() - 1));

        for (String node : left) {
            cluster.put(node, key, "?sloppy=false", "refused").problem(503, "unavailable");
        }
        cluster.request(left.get(1), "PUT", key, "?level=ONE")
                .header("Quorate-Context", context)
                .body("left")
                .send()
                .expect(204);
        cluster.request(right.get(1), "PUT", key, "?level=ONE")
                .header("Quorate-Context", context)
                .body("right")
                .send()
                .expect(204);
        assertThat(cluster.get(left.get(1), key, "?level=ONE").text()).isEqualTo("left");
        assertThat(cluster.get(right.get(0), key, "?level=QUORUM").text()).isEqualTo("right");

        cluster.heal("n1");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));

        Reply both = cluster.siblings("n1", key, "?level=ALL");
        assertThat(values(both)).containsExactlyInAnyOrder("left", "right");
        JsonNode explained = Http.get(cluster.url("n1"), TestCluster.target(key, "/explain"))
                .expect(200)
                .json();
        assertThat(explained.path("replicas")).hasSize(3).allSatisfy(replica -> {
            assertThat(cluster.homes("n1", key)).contains(replica.path("node").asText());
            assertThat(replica.path("dots")).as(replica.toString()).hasSize(2);
            assertThat(replica.path("dots")).isEqualTo(explained.path("merged").path("dots"));
        });
        assertThat(explained.path("repair")).isEmpty();
        cluster.putOver("n2", key, both.context(), "resolved").expect(204);
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key, "?level=ALL").expect(200).text()).isEqualTo("resolved");
        }
    }

    @Test
    void oneWayCutDoesNotFlapAndTheOthersServe() {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        String from = homes.get(0);
        String to = homes.get(1);
        cluster.fault("n1", "{\"cut-one-way\":{\"from\":[\"" + from + "\"],\"to\":[\"" + to + "\"]}}")
                .expect(200);
        cluster.awaitPeers(to, 3);
        cluster.awaitPeers(from, 3);
        int written = 0;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        while (System.nanoTime() < until) {
            String node = cluster.nodes().get(written % 5);
            String context = cluster.get(node, key).context();
            // What stands in for a home may be missed by the next read.
            cluster.request(node, "PUT", key, "?sloppy=false")
                    .header("Quorate-Context", context)
                    .body("v" + written)
                    .send()
                    .expect(204);
            assertThat(cluster.get(cluster.nodes().get((written + 1) % 5), key)
                            .expect(200)
                            .text())
                    .isEqualTo("v" + written);
            written++;
            assertThat(cluster.self(to).path("peersUp")).as("peers of " + to).hasSize(3);
            assertThat(cluster.self(from).path("peersUp"))
                    .as("peers of " + from)
                    .hasSize(3);
        }
        assertThat(written).isGreaterThan(5);

        cluster.heal("n1");
        for (int look = 0; look < 2; look++) {
            cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));
        }
        assertThat(values(cluster.siblings(to, key, "?level=ALL"))).containsExactly("v" + (written - 1));
        JsonNode explained = Http.get(cluster.url(from), TestCluster.target(key, "/explain"))
                .expect(200)
                .json();
        assertThat(explained.path("replicas"))
                .hasSize(3)
                .allSatisfy(replica -> assertThat(replica.path("dots"))
                        .as(replica.toString())
                        .isEqualTo(explained.path("merged").path("dots")));
        assertThat(explained.path("repair")).isEmpty();
    }

    @Test
    void writeThatTimedOutMayAppearAndSaysSo() {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        cluster.fault("n1", "{\"delay\":{\"node\":\"" + homes.get(1) + "\",\"ms\":600}}")
                .expect(200);

        Reply reply = cluster.put(homes.get(0), key, "?level=ALL&timeout=300ms&sloppy=false", "late");

        JsonNode problem = reply.problem(504, "timeout");
        assertThat(problem.path("outcome").asText()).isEqualTo("maybe-applied");
        assertThat(problem.path("need").asInt()).isEqualTo(3);
        assertThat(problem.path("acked").asInt()).isBetween(1, 2);
        assertThat(problem.path("replicas")).isNotEmpty();
        cluster.heal("n1");
        Awaitility.await("the write to go on")
                .atMost(Duration.ofSeconds(10))
                .until(() -> cluster.get("n1", key, "?level=ALL").status() == 200);
    }

    @Test
    void cutDuringAWriteIsAnsweredAtTheLatestAtTheDeadline() {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        // Cut just now: the coordinator does not know yet, so it sends and waits.
        cluster.demo().board().isolate(Set.of(NodeId.of(homes.get(0))));
        long from = System.nanoTime();
        Reply reply = cluster.put(homes.get(0), key, "?timeout=1s&sloppy=false", "cut");
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);

        assertThat(millis).isLessThan(1_500);
        assertThat(reply.problem(504, reply.json().path("code").asText())
                        .path("outcome")
                        .asText())
                .isEqualTo("maybe-applied");
        assertThat(reply.json().path("code").asText()).isIn("timeout", "level-not-reached");
    }

    @Test
    void minorityWriteThatAQuorumReadShowedStaysShown() {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        cluster.put("n1", key, "?level=ALL", "old").expect(204);
        String context = cluster.get("n1", key).context();
        // Only its coordinator gets the write: the other homes are cut off from it while it tries.
        cluster.demo().board().isolate(Set.of(NodeId.of(homes.get(0))));
        Reply minority = cluster.request(homes.get(0), "PUT", key, "?timeout=400ms&sloppy=false")
                .header("Quorate-Context", context)
                .body("minority")
                .send();
        assertThat(minority.json().path("outcome").asText()).isEqualTo("maybe-applied");
        cluster.demo().board().clear();
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));

        boolean seen = false;
        for (int round = 0; round < 8; round++) {
            for (String node : cluster.nodes()) {
                List<String> values = values(cluster.siblings(node, key, ""));
                if (seen) {
                    assertThat(values).containsExactly("minority");
                }
                seen |= values.contains("minority");
            }
        }
        seen |= values(cluster.siblings(homes.get(0), key, "?level=ALL")).contains("minority");
        assertThat(seen).isTrue();
        assertThat(cluster.get(homes.get(1), key).text()).isEqualTo("minority");
    }

    /**
     * A put that waits for a slow node. Most are done at once, since another home is asked after twenty milliseconds or so. What may be
     * spent on that is limited: it is tried until that is used up and a put has to wait.
     */
    private static Future<Reply> putOnItsWay(ExecutorService client, String node, String slow, String key) {
        for (int i = 0; i < 100; i++) {
            cluster.awaitPeers(node, 4);
            cluster.demo().board().delay(NodeId.of(slow), 300);
            Future<Reply> put = client.submit(() -> cluster.put(node, key, "?timeout=10s", "once"));
            Awaitility.await("the put to be forwarded")
                    .atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> put.isDone()
                            || cluster.self(node)
                                            .path("counts")
                                            .path("inFlight")
                                            .asInt()
                                    == 1);
            if (!put.isDone()) {
                return put;
            }
            cluster.demo().board().clear();
            cluster.delete(node, key, "").expect(204);
        }
        throw new AssertionError("no put waits for " + slow);
    }

    @Test
    void nextHomeCoordinatesWhenTheFirstDiesAndOneVersionIsShown() throws Exception {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        String outside = cluster.nodes().stream()
                .filter(node -> !homes.contains(node))
                .findFirst()
                .orElseThrow();
        ExecutorService client = Executors.newSingleThreadExecutor();
        try {
            Future<Reply> put = putOnItsWay(client, outside, homes.get(0), key);
            cluster.demo()
                    .act(Action.KILL, NodeId.of(homes.get(0)))
                    .toCompletableFuture()
                    .join();
            put.get().expect(204);
        } finally {
            client.shutdown();
        }
        cluster.demo().board().clear();
        cluster.demo()
                .act(Action.START, NodeId.of(homes.get(0)))
                .toCompletableFuture()
                .join();
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));
        for (String node : cluster.nodes()) {
            assertThat(values(cluster.siblings(node, key, "?level=ALL"))).containsExactly("once");
        }
    }

    @Test
    void bucketsDefinedOnBothSidesOfAPartitionEndTheSameEverywhere() {
        List<String> left = List.of("n1", "n2");
        List<String> right = List.of("n3", "n4", "n5");
        cluster.fault("n1", "{\"cut\":[" + quoted(left) + "," + quoted(right) + "]}")
                .expect(200);
        left.forEach(node -> cluster.awaitPeers(node, 1));
        right.forEach(node -> cluster.awaitPeers(node, 2));

        define("n1", "only-left", "{\"mode\":\"leaderless\"}").expect(201);
        define("n3", "only-right", "{\"mode\":\"leaderless\"}").expect(201);
        define("n2", "both", "{\"mode\":\"leaderless\",\"n\":3,\"read\":\"ONE\"}")
                .expect(201);
        define("n4", "both", "{\"mode\":\"leaderless\",\"n\":2,\"read\":\"ALL\"}")
                .expect(201);
        Http.request("DELETE", cluster.url("n5"), "/v1/buckets/carts").send().expect(202);
        define("n2", "carts", "{\"mode\":\"leaderless\",\"maxSiblings\":9}").expect(200);

        cluster.heal("n1");
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));
        Map<String, JsonNode> lists = new LinkedHashMap<>();
        Awaitility.await("definitions to agree").atMost(Duration.ofSeconds(10)).until(() -> {
            for (String node : cluster.nodes()) {
                lists.put(
                        node,
                        Http.get(cluster.url(node), "/v1/buckets").expect(200).json());
            }
            return lists.values().stream().distinct().count() == 1;
        });
        String agreed = lists.values().iterator().next().toString();
        assertThat(agreed).contains("only-left", "only-right", "both").doesNotContain("carts");
        define("n1", "carts", "{\"mode\":\"leaderless\"}").expect(201);
    }

    private static Reply define(String node, String bucket, String json) {
        return Http.request("PUT", cluster.url(node), "/v1/buckets/" + bucket)
                .json(json)
                .send();
    }
}
