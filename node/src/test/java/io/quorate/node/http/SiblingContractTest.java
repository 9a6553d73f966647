package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Concurrent writes stand side by side until a writer who saw them replaces them. */
@ExtendWith(SharedCluster.class)
final class SiblingContractTest {
    private static final String SIBLINGS = "application/vnd.quorate.siblings+json";

    /** Of each writer of a test in which two write at once. */
    private static final int ROUNDS = 1000;

    private final TestCluster cluster;

    SiblingContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    private static List<String> values(Reply siblings) {
        List<String> values = new ArrayList<>();
        siblings.json()
                .path("siblings")
                .forEach(sibling -> values.add(new String(
                        Base64.getDecoder().decode(sibling.path("value").asText()), StandardCharsets.UTF_8)));
        return values;
    }

    private String threeSiblings() throws Exception {
        String key = TestCluster.newKey();
        CyclicBarrier together = new CyclicBarrier(3);
        ExecutorService writers = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Reply>> puts = new ArrayList<>();
            for (String node : cluster.nodes()) {
                puts.add(() -> {
                    together.await();
                    return cluster.request(node, "PUT", key, "")
                            .header("Content-Type", "text/" + node)
                            .body("from " + node)
                            .send();
                });
            }
            for (Future<Reply> put : writers.invokeAll(puts)) {
                put.get().expect(204);
            }
        } finally {
            writers.shutdown();
        }
        return key;
    }

    @Test
    void blindConcurrentPutsAreSiblingsUntilOneWritesOverAllOfThem() throws Exception {
        String key = threeSiblings();

        Reply several = cluster.get("n1", key).expect(300);

        assertThat(several.header("Content-Type")).isEqualTo(SIBLINGS);
        assertThat(several.json().path("context").asText()).isEqualTo(several.context());
        assertThat(values(several)).containsExactlyInAnyOrder("from n1", "from n2", "from n3");
        assertThat(several.result()).containsEntry("siblings", "3");
        for (JsonNode sibling : several.json().path("siblings")) {
            assertThat(sibling.path("size").asInt()).isEqualTo(7);
            assertThat(sibling.path("contentType").asText()).startsWith("text/n");
            assertThat(sibling.path("dot").asText()).isNotEmpty();
            assertThat(Instant.parse(sibling.path("written").asText()))
                    .isAfter(Instant.now().minusSeconds(600));
        }

        Reply merged = cluster.putOver("n2", key, several.context(), "all").expect(204);
        assertThat(merged.result()).containsEntry("siblings", "1");
        for (String node : cluster.nodes()) {
            assertThat(cluster.get(node, key).expect(200).text()).isEqualTo("all");
        }
    }

    @Test
    void siblingsMediaTypeIsAnsweredInOneFormForNoneOneAndMany() throws Exception {
        String none = TestCluster.newKey();
        Reply empty = cluster.siblings("n1", none, "");
        assertThat(empty.header("Content-Type")).isEqualTo(SIBLINGS);
        assertThat(empty.json().path("siblings")).isEmpty();
        assertThat(empty.json().path("context").asText()).isEqualTo(empty.context());

        cluster.putOver("n1", none, empty.context(), "one").expect(204);
        assertThat(values(cluster.siblings("n2", none, ""))).containsExactly("one");

        assertThat(values(cluster.siblings("n3", threeSiblings(), ""))).hasSize(3);
    }

    @Test
    void multipartHasOnePartForEachSibling() throws Exception {
        String key = threeSiblings();
        Reply reply = cluster.request("n1", "GET", key, "")
                .header("Accept", "multipart/mixed")
                .send()
                .expect(300);

        String type = reply.header("Content-Type");
        assertThat(type).startsWith("multipart/mixed; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1).replace("\"", "");
        String body = reply.text();
        assertThat(body).endsWith("\r\n--" + boundary + "--\r\n");
        List<String> values = new ArrayList<>();
        TreeSet<String> dots = new TreeSet<>();
        String inner =
                body.substring(("--" + boundary + "\r\n").length(), body.lastIndexOf("\r\n--" + boundary + "--"));
        for (String part : inner.split("\r\n--" + boundary + "\r\n", -1)) {
            int headerEnd = part.indexOf("\r\n\r\n");
            String headers = part.substring(0, headerEnd);
            values.add(part.substring(headerEnd + 4));
            String node = part.substring(part.length() - 2);
            assertThat(headers).contains("Content-Type: text/" + node);
            dots.add(headers.replaceAll("(?s).*Quorate-Dot: ([^\r]+).*", "$1"));
        }
        assertThat(values).containsExactlyInAnyOrder("from n1", "from n2", "from n3");
        assertThat(dots).hasSize(3);
    }

    @Test
    void oneSiblingIsReadRawAndItsContextCoversOnlyItself() throws Exception {
        String key = threeSiblings();
        JsonNode chosen = cluster.get("n1", key).json().path("siblings").get(1);
        String dot = chosen.path("dot").asText();

        Reply one = cluster.get("n2", key, "?sibling=" + dot).expect(200);

        assertThat(one.text())
                .isEqualTo(new String(
                        Base64.getDecoder().decode(chosen.path("value").asText()), StandardCharsets.UTF_8));
        assertThat(one.header("Content-Type"))
                .isEqualTo(chosen.path("contentType").asText());
        cluster.putOver("n3", key, one.context(), "new").expect(204);
        List<String> left = values(cluster.siblings("n1", key, ""));
        assertThat(left).hasSize(3).contains("new").doesNotContain(one.text());
        Reply gone = cluster.get("n1", key, "?sibling=" + dot);
        gone.problem(404, "not-found");
        assertThat(gone.context()).isNotEmpty();
    }

    @Test
    void dotThatIsNoneIsRefused() {
        cluster.get("n1", TestCluster.newKey(), "?sibling=17").problem(400, "bad-request");
    }

    @Test
    void siblingCapRefusesOneMoreGivesTheContextAndLeavesTheKeyReadable() {
        String key = TestCluster.newKey();
        for (int i = 0; i < 100; i++) {
            cluster.put("n1", key, "v" + i).expect(204);
        }

        Reply refused = cluster.put("n1", key, "one too many");

        assertThat(refused.problem(409, "too-many-siblings").path("outcome").asText())
                .isEqualTo("not-applied");
        List<String> values = values(cluster.get("n2", key).expect(300));
        assertThat(values).hasSize(100).doesNotContain("one too many");
        cluster.putOver("n3", key, refused.context(), "resolved").expect(204);
        assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo("resolved");
    }

    @ParameterizedTest(name = "through {0} and {1}")
    @CsvSource({"n1, n1", "n1, n2"})
    void writersThatGoOnFromTheirOwnAnswersKeepBothLines(String one, String two) throws Exception {
        String key = TestCluster.newKey();
        together(() -> line(key, one, "a"), () -> line(key, two, "b"));

        assertThat(values(cluster.siblings("n3", key, "?level=ALL&timeout=10s")))
                .containsExactlyInAnyOrder("a" + ROUNDS, "b" + ROUNDS);
        for (String home : cluster.homes("n1", key)) {
            assertThat(values(cluster.siblings(home, key, "?level=ONE")))
                    .as("what %s has", home)
                    .containsExactlyInAnyOrder("a" + ROUNDS, "b" + ROUNDS);
        }
    }

    /** Writes without ever reading: first blindly, then over what the answer to its last write covers. */
    private int line(String key, String node, String name) {
        String context =
                cluster.put(node, key, "?timeout=10s", name + 0).expect(204).context();
        for (int i = 1; i <= ROUNDS; i++) {
            context = cluster.request(node, "PUT", key, "?timeout=10s")
                    .header("Quorate-Context", context)
                    .body(name + i)
                    .send()
                    .expect(204)
                    .context();
        }
        return ROUNDS;
    }

    /** Both at once, each to its last round. */
    private static void together(Callable<Integer> one, Callable<Integer> two) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(2);
        try {
            for (Future<Integer> writer : writers.invokeAll(List.of(one, two))) {
                assertThat(writer.get()).isEqualTo(ROUNDS);
            }
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void oldContextRemovesOnlyWhatItCovers() {
        String key = TestCluster.newKey();
        String old = cluster.put("n1", key, "old").context();
        cluster.put("n2", key, "other").expect(204);

        cluster.putOver("n3", key, old, "newer").expect(204);

        assertThat(values(cluster.siblings("n1", key, ""))).containsExactlyInAnyOrder("newer", "other");
    }

    @Test
    void deleteWithAContextRemovesOnlyWhatItCovers() {
        String key = TestCluster.newKey();
        String old = cluster.put("n1", key, "old").context();
        cluster.put("n2", key, "concurrent").expect(204);

        cluster.request("n3", "DELETE", key, "")
                .header("Quorate-Context", old)
                .send()
                .expect(204);

        assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo("concurrent");
    }

    @Test
    void deleteWithAnOldContextLeavesWhatWasWrittenSince() {
        String key = TestCluster.newKey();
        String old = cluster.put("n1", key, "old").context();
        cluster.putOver("n1", key, old, "new").expect(204);
        cluster.request("n2", "DELETE", key, "")
                .header("Quorate-Context", old)
                .send()
                .expect(204);
        assertThat(cluster.get("n3", key).expect(200).text()).isEqualTo("new");
    }

    @Test
    void deleteWithoutAContextRemovesAllThatAReadSees() throws Exception {
        String key = threeSiblings();
        cluster.delete("n2", key, "").expect(204);
        cluster.get("n1", key).problem(404, "not-found");
    }

    @Test
    void writersWhoReadResolveAndWriteOneKeyNeverLoseAnUpdate() throws Exception {
        String key = TestCluster.newKey();
        AtomicInteger mostSiblings = new AtomicInteger();
        together(() -> resolving(key, "n1", "a", mostSiblings), () -> resolving(key, "n2", "b", mostSiblings));

        TreeSet<String> kept = new TreeSet<>();
        values(cluster.siblings("n3", key, "")).forEach(value -> kept.addAll(List.of(value.split(" ", -1))));
        assertThat(kept).hasSize(2 * ROUNDS);
        assertThat(mostSiblings.get()).isLessThanOrEqualTo(2);
    }

    /** Reads, adds an element of its own to the union of all that it was shown, and writes that. */
    private int resolving(String key, String node, String name, AtomicInteger mostSiblings) {
        for (int i = 0; i < ROUNDS; i++) {
            Reply read = cluster.siblings(node, key, "?timeout=10s");
            List<String> seen = values(read);
            mostSiblings.accumulateAndGet(seen.size(), Math::max);
            TreeSet<String> union = new TreeSet<>();
            seen.forEach(value -> union.addAll(List.of(value.split(" ", -1))));
            union.add(name + i);
            cluster.request(node, "PUT", key, "?timeout=10s")
                    .header("Quorate-Context", read.context())
                    .body(String.join(" ", union))
                    .send()
                    .expect(204);
        }
        return ROUNDS;
    }
}
