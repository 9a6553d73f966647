package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.QuickPolls;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.node.storage.RecordDamage;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A disk that lost or spoilt some of what it holds, its clocks left as they were: all comes back, and nothing is deleted. */
@ExtendWith(QuickPolls.class)
final class DamagedDiskTest {
    private static final int KEYS = 60;
    private static final String DAMAGED = "n2";

    private static TestCluster cluster;
    private final List<String> kept = new ArrayList<>();
    private final List<String> deleted = new ArrayList<>();

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(3);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void write() {
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
        for (int i = 0; i < KEYS; i++) {
            String key = TestCluster.newKey();
            String context =
                    cluster.put("n1", key, "?level=ALL", "v" + i).expect(204).context();
            if (i % 10 == 9) {
                cluster.request("n1", "DELETE", key, "?level=ALL")
                        .header("Quorate-Context", context)
                        .send()
                        .expect(204);
                deleted.add(key);
            } else {
                kept.add(key);
            }
        }
    }

    private static void act(Action action) {
        cluster.demo().act(action, NodeId.of(DAMAGED)).toCompletableFuture().join();
    }

    private void damage(ToIntFunction<Path> how, int records) {
        act(Action.STOP);
        assertThat(how.applyAsInt(cluster.data().resolve(DAMAGED))).isGreaterThanOrEqualTo(records);
        act(Action.START);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    /** Does it to one key in ten. */
    private int someKeys(int first, ToIntFunction<String> how) {
        int records = 0;
        for (int i = first; i < kept.size(); i += 10) {
            records += how.applyAsInt(kept.get(i));
        }
        return records;
    }

    /** What each home says of a key. */
    private List<String> results(String key) {
        List<String> results = new ArrayList<>();
        JsonNode told = Http.get(cluster.url("n1"), TestCluster.target(key, "/explain"))
                .expect(200)
                .json();
        told.path("replicas")
                .forEach(replica -> results.add(replica.path("result").asText()));
        return results;
    }

    private void assertMended() {
        Http.request("POST", cluster.url(DAMAGED), "/v1/anti-entropy/run")
                .send()
                .expect(202);
        for (int i = 0; i < kept.size(); i++) {
            String key = kept.get(i);
            Awaitility.await("key " + i + " to be whole at all homes")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> results(key).equals(List.of("value", "value", "value")));
        }
        for (String node : cluster.nodes()) {
            for (String key : kept) {
                assertThat(cluster.get(node, key, "?level=ALL").expect(200).text())
                        .startsWith("v");
            }
            for (String key : deleted) {
                cluster.get(node, key, "?level=ALL").problem(404, "not-found");
            }
        }
        Awaitility.await("no leaf to be in doubt")
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        deleted.stream().allMatch(key -> results(key).equals(List.of("absent", "absent", "absent"))));
    }

    @Test
    void whatADiskLostOrSpoiltComesBackAndNothingIsDeleted() {
        damage(
                folder -> someKeys(0, key -> RecordDamage.lose(folder, "carts", key))
                        + someKeys(5, key -> RecordDamage.flipBit(folder, "carts", key)),
                2 * KEYS / 11);
        assertMended();
    }

    @Test
    void treesThatAreGoneAreCountedAnew() {
        damage(RecordDamage::forgetTrees, KEYS / 2);
        assertMended();
    }
}
