package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Accounts;
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
        replaceDisk();
        startAgain(RESTORED);
    }

    private void replaceDisk() {
        DemoCluster.deleteTree(cluster.data().resolve(RESTORED));
        copyTree(copies.resolve("copy"), cluster.data().resolve(RESTORED));
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

    @Test
    void aLeaderBucketLosesNothingAndTheRestoredNodeIsAMemberAgainOnceItsDiskIsEmptied() {
        cluster.awaitLeaders();
        String kept = led(RESTORED, "kept", "yesterday");
        String changed = led(RESTORED, "changed", "yesterday");
        copyAway();
        led("n1", "changed", "today");
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 48; i++) {
            made.add(led(cluster.nodes().get(i % 3), "made-" + i, "today"));
        }
        putBack();

        made.add(led(RESTORED, "through-the-restored", "today"));
        for (String level : List.of("LINEARIZABLE", "LEASE")) {
            made.forEach(key -> assertLed(key, level, "today"));
            assertLed(changed, level, "today");
            assertLed(kept, level, "yesterday");
        }
        assertThat(cluster.groups(RESTORED)).as("it takes no part").isEmpty();

        act(Action.WIPE, RESTORED);
        awaitSameGroups();
        made.forEach(key -> assertLed(key, "FOLLOWER", "today"));
        assertLed(changed, "FOLLOWER", "today");
        // Now it counts for a majority.
        act(Action.STOP, "n2");
        led("n1", "changed", "tomorrow");
        assertThat(accounts().get(RESTORED, changed, "?timeout=20s").expect(200).text())
                .isEqualTo("tomorrow");
    }

    /** If it voted with its old log, a node without the write would lead. */
    @Test
    void aWriteThatStoodInTheRestoredNodesLogAndInOneOtherIsNotVotedAway() {
        cluster.awaitLeaders();
        String key = led("n1", "key", "yesterday");
        copyAway();
        act(Action.KILL, "n2");
        led("n1", "key", "today");
        act(Action.KILL, "n1");
        act(Action.KILL, RESTORED);
        replaceDisk();
        act(Action.START, "n2");
        act(Action.START, RESTORED);
        cluster.awaitPeers("n2", 1);
        cluster.awaitPeers(RESTORED, 1);

        accounts().get("n2", key, "?timeout=5s").problem(503, "no-leader");
        assertThat(accounts().get(RESTORED, key, "?timeout=1s").status()).isGreaterThanOrEqualTo(500);
        assertThat(cluster.groups("n2"))
                .isNotEmpty()
                .allSatisfy(group -> assertThat(group.path("role").asText()).isNotEqualTo("leader"));
        // Requests may come before the groups here have begun, and are served once this node leads.
        act(Action.START, "n1");
        assertLed(key, "LINEARIZABLE", "today");
    }

    private Accounts accounts() {
        return new Accounts(cluster);
    }

    /** Writes a key of the leader bucket; that key. */
    private String led(String node, String key, String value) {
        accounts().put(node, key, "?level=SEMI_SYNC&timeout=20s", value).expect(204);
        return key;
    }

    private void assertLed(String key, String level, String value) {
        for (String node : cluster.nodes()) {
            assertThat(accounts()
                            .get(node, key, "?timeout=20s&level=" + level)
                            .expect(200)
                            .text())
                    .as("%s at %s through %s", key, level, node)
                    .isEqualTo(value);
        }
    }

    /** Waits until the restored node's groups have applied as much as those of the others. */
    private void awaitSameGroups() {
        Awaitility.await(RESTORED + " in all its groups")
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    List<String> restored = stands(RESTORED);
                    return !restored.isEmpty() && restored.equals(stands("n1")) && restored.equals(stands("n2"));
                });
    }

    private List<String> stands(String node) {
        List<String> stands = new ArrayList<>();
        cluster.groups(node)
                .forEach(group -> stands.add(group.path("partition") + " applied " + group.path("applied") + " keys "
                        + group.path("keys") + " led by " + group.path("leader")));
        return stands;
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
