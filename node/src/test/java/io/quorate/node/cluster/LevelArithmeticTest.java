package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Five nodes, three of them homes of a key: which levels can be met with so many of the homes down. */
final class LevelArithmeticTest {
    private static final Map<String, Integer> NEEDS = new LinkedHashMap<>();

    private static TestCluster cluster;

    static {
        NEEDS.put("level=ONE", 1);
        NEEDS.put("level=TWO", 2);
        NEEDS.put("level=QUORUM", 2);
        NEEDS.put("level=THREE", 3);
        NEEDS.put("level=ALL", 3);
        NEEDS.put("@=1", 1);
        NEEDS.put("@=2", 2);
        NEEDS.put("@=3", 3);
    }

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(5).strict();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void readsAndWritesSucceedOrAreUnavailableExactlyAsArithmeticSays() {
        String key = TestCluster.newKey();
        List<String> homes = cluster.homes("n1", key);
        List<String> others = new ArrayList<>(cluster.nodes());
        others.removeAll(homes);
        String outside = others.get(0);
        cluster.put(outside, key, "?level=ALL", "first").expect(204);
        List<String> down = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        while (true) {
            List<String> via = new ArrayList<>(homes);
            via.removeAll(down);
            via.add(outside);
            for (String node : via) {
                for (Map.Entry<String, Integer> level : NEEDS.entrySet()) {
                    check(key, node, level.getKey(), level.getValue(), down, refused);
                }
            }
            if (down.size() == 3) {
                break;
            }
            String next = homes.get(down.size());
            cluster.fault(outside, "{\"" + (down.size() % 2 == 0 ? "stop" : "kill") + "\":\"" + next + "\"}")
                    .expect(200);
            down.add(next);
            for (String node : cluster.nodes()) {
                if (!down.contains(node)) {
                    cluster.awaitPeers(node, 4 - down.size());
                }
            }
        }

        for (String node : down) {
            cluster.fault(outside, "{\"start\":\"" + node + "\"}").expect(200);
        }
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 4));
        assertThat(refused).isNotEmpty();
        for (String node : cluster.nodes()) {
            String shown = cluster.siblings(node, key, "?level=ALL").text();
            assertThat(cluster.siblings(node, key, "?level=ALL").json().path("siblings"))
                    .as(shown)
                    .hasSize(1);
            assertThat(refused)
                    .doesNotContain(cluster.get(node, key, "?level=ALL").text());
        }
    }

    private static void check(
            String key, String node, String level, int need, List<String> down, List<String> refused) {
        String what = level + " through " + node + " with " + down + " down";
        boolean possible = need <= 3 - down.size();
        Reply read = timed(what, () -> cluster.get(node, key, "?timeout=10s&" + level.replace('@', 'r')));
        if (possible) {
            assertThat(read.status()).as(what).isEqualTo(200);
            String value = level + " " + node + " " + down;
            Reply write = timed(
                    what,
                    () -> cluster.request(node, "PUT", key, "?timeout=10s&" + level.replace('@', 'w'))
                            .header("Quorate-Context", read.context())
                            .body(value)
                            .send());
            assertThat(write.status()).as(what + write).isEqualTo(204);
            assertThat(Integer.parseInt(write.result().getOrDefault("acked", "0")))
                    .as(what)
                    .isBetween(need, 3 - down.size());
        } else {
            assertUnavailable(what, read, need, down);
            String value = "refused " + what;
            refused.add(value);
            assertUnavailable(
                    what,
                    timed(what, () -> cluster.put(node, key, "?timeout=10s&" + level.replace('@', 'w'), value)),
                    need,
                    down);
            assertUnavailable(
                    what,
                    timed(what, () -> cluster.delete(node, key, "?timeout=10s&" + level.replace('@', 'w'))),
                    need,
                    down);
        }
    }

    private static void assertUnavailable(String what, Reply reply, int need, List<String> down) {
        JsonNode problem = reply.problem(503, "unavailable");
        assertThat(problem.path("outcome").asText()).as(what).isEqualTo("not-applied");
        assertThat(problem.path("need").asInt()).as(what).isEqualTo(need);
        List<String> named = new ArrayList<>();
        problem.path("replicas").forEach(replica -> {
            assertThat(replica.path("result").asText()).as(what).isEqualTo("unreachable");
            named.add(replica.path("node").asText());
        });
        assertThat(named).as(what).containsExactlyInAnyOrderElementsOf(down);
        assertThat(problem.path("detail").asText()).as(what).contains(down);
    }

    private static Reply timed(String what, java.util.function.Supplier<Reply> call) {
        long from = System.nanoTime();
        Reply reply = call.get();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from))
                .as("milliseconds of " + what)
                .isLessThan(2_000);
        return reply;
    }
}
