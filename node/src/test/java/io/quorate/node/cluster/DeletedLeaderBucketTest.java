package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys of a leader bucket go with it, on every node, and never come back. */
final class DeletedLeaderBucketTest {
    private static final int KEYS = 200;

    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3).awaitLeaders();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Reply call(String method, String node, String target, String body) {
        Http request = Http.request(method, cluster.url(node), "/v1/buckets/" + target);
        return (body.isEmpty() ? request : request.body(body)).send();
    }

    private static void define(String bucket) {
        Http.request("PUT", cluster.url("n1"), "/v1/buckets/" + bucket)
                .json("{\"mode\":\"leader\"}")
                .send()
                .expect(201);
    }

    private static void fill(String bucket) {
        for (int i = 0; i < KEYS; i++) {
            call("PUT", "n" + (1 + i % 2), bucket + "/keys/" + i + "?timeout=10s", "v" + i)
                    .expect(204);
        }
    }

    private static long keys(String node) {
        long keys = 0;
        for (JsonNode group : cluster.groups(node)) {
            keys += group.path("keys").asLong();
        }
        return keys;
    }

    private static void awaitKeys(long keys) {
        Awaitility.await(keys + " keys on every node")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> cluster.nodes().stream().allMatch(node -> keys(node) == keys));
    }

    private static void act(Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    @Test
    void keysGoWithTheBucketAlsoWhereANodeWasAwayAndABucketMadeAnewIsEmpty() {
        define("kept");
        fill("kept");
        define("short");
        fill("short");
        awaitKeys(2 * KEYS);
        act(Action.STOP, "n3");
        call("DELETE", "n1", "short", "").expect(202);
        define("short");
        call("GET", "n2", "short/keys/1?timeout=10s", "").problem(404, "not-found");
        call("PUT", "n1", "short/keys/1?timeout=10s", "new").expect(204);
        act(Action.START, "n3");
        awaitKeys(KEYS + 1);
        for (String node : cluster.nodes()) {
            assertThat(call("GET", node, "short/keys/1?timeout=10s", "")
                            .expect(200)
                            .text())
                    .isEqualTo("new");
            call("GET", node, "short/keys/2?timeout=10s", "").problem(404, "not-found");
            assertThat(call("GET", node, "kept/keys/2?timeout=10s", "")
                            .expect(200)
                            .text())
                    .isEqualTo("v2");
        }
    }
}
