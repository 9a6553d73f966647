package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node of three is put back to a copy that was made of its data directory earlier. */
final class RestoredCopyTest {
    private static final String RESTORED = "n3";

    @TempDir
    private Path copies;

    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.start(3);
        cluster.nodes().forEach(node -> cluster.awaitPeers(node, 2));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void act(Action action, String node) {
        cluster.demo().act(action, NodeId.of(node)).toCompletableFuture().join();
    }

    private void startAgain(String node) {
        act(Action.START, node);
        // Once it sees the others they see it anew: the first look may be at what they saw of it before.
        for (int look = 0; look < 2; look++) {
            cluster.nodes().forEach(each -> cluster.awaitPeers(each, 2));
        }
    }

    private static void copyTree(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copyAway() {
        act(Action.STOP, RESTORED);
        copyTree(cluster.data().resolve(RESTORED), copies.resolve("copy"));
        startAgain(RESTORED);
    }

    private void putBack() {
        act(Action.KILL, RESTORED);
        DemoCluster.deleteTree(cluster.data().resolve(RESTORED));
        copyTree(copies.resolve("copy"), cluster.data().resolve(RESTORED));
        startAgain(RESTORED);
    }

    private String written(String node, String value) {
        String key = TestCluster.newKey();
        cluster.put(node, key, "?level=ALL", value).expect(204);
        return key;
    }

    private void assertRead(String key, String level, String value) {
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key, "?level=" + level).expect(200).text())
                    .as("%s at %s through %s", key, level, node)
                    .isEqualTo(value);
        }
    }

    @Test
    void nothingWrittenSinceIsLostAndNothingDeletedSinceComesBack() {
        String kept = written(RESTORED, "yesterday");
        List<String> changed = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        for (String node : cluster.nodes()) {
            changed.add(written(node, "yesterday"));
            deleted.add(written(node, "yesterday"));
        }
        copyAway();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            // Through the node itself too, so that the copy has forgotten dots of its own.
            String node = cluster.nodes().get(i);
            cluster.request(node, "PUT", changed.get(i), "?level=ALL")
                    .header("Quorate-Context", cluster.get(node, changed.get(i)).context())
                    .body("today")
                    .send()
                    .expect(204);
            cluster.delete(node, deleted.get(i), "?level=ALL").expect(204);
            made.add(written(node, "today"));
        }
        putBack();

        for (String key : deleted) {
            for (String node : cluster.nodes()) {
                cluster.get(node, key).problem(404, "not-found");
            }
        }
        changed.forEach(key -> assertRead(key, "QUORUM", "today"));
        made.forEach(key -> assertRead(key, "QUORUM", "today"));
        assertRead(kept, "QUORUM", "yesterday");

        // Nobody has to read anything for it: the restored one alone gives the same by itself.
        awaitCaughtUp();
        for (String key : deleted) {
            for (String node : cluster.nodes()) {
                cluster.get(node, key, "?level=ALL").problem(404, "not-found");
            }
        }
        changed.forEach(key -> assertRead(key, "ONE", "today"));
        made.forEach(key -> assertRead(key, "ONE", "today"));
    }

    @Test
    void whatTheRestoredNodeWritesNextIsToldFromWhatItHasForgotten() {
        String key = written(RESTORED, "yesterday");
        copyAway();
        List<String> forgotten = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            forgotten.add("forgotten " + i);
            cluster.put(RESTORED, key, "?level=ALL", "forgotten " + i).expect(204);
        }
        putBack();

        // As many again, blind, under what would be the same dots if the copy went on as before.
        List<String> all = new ArrayList<>(List.of("yesterday"));
        all.addAll(forgotten);
        for (int i = 0; i < 5; i++) {
            all.add("new " + i);
            cluster.put(RESTORED, key, "?level=ALL", "new " + i).expect(204);
        }
        awaitCaughtUp();
        for (String node : cluster.nodes()) {
            assertThat(values(cluster.siblings(node, key, "?level=ALL")))
                    .as("through %s", node)
                    .containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void aWriteThatStoodOnTheRestoredNodeAndOneOtherIsMissedByNoQuorum() {
        String before = written("n1", "yesterday");
        copyAway();
        act(Action.KILL, "n2");
        cluster.awaitPeers("n1", 1);
        cluster.awaitPeers(RESTORED, 1);
        String key = TestCluster.newKey();
        cluster.put("n1", key, "today").expect(204);
        cluster.delete("n1", before, "").expect(204);
        startAgain("n2");
        putBack();

        assertRead(key, "QUORUM", "today");
        awaitCaughtUp();
        assertThat(cluster.get("n2", key, "?level=ALL").expect(200).text()).isEqualTo("today");
        cluster.get("n2", before, "?level=ALL").problem(404, "not-found");
        assertRead(key, "QUORUM", "today");
        for (String node : cluster.nodes()) {
            cluster.get(node, before).problem(404, "not-found");
        }
    }

    private void awaitCaughtUp() {
        Awaitility.await(RESTORED + " to have caught up")
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        Http.get(cluster.url(RESTORED), "/v1/nodes/self").text().contains("\"state\":\"serving\""));
    }

    private static List<String> values(Reply siblings) {
        List<String> values = new ArrayList<>();
        siblings.json()
                .path("siblings")
                .forEach(sibling -> values.add(new String(
                        Base64.getDecoder().decode(sibling.path("value").asText()), StandardCharsets.UTF_8)));
        return values;
    }
}
