package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One key of a leader bucket: what goes in at any node comes out at any node, with the headers of the contract. */
@ExtendWith(SharedCluster.class)
final class LeaderKeyContractTest {
    private static final String TAG = "\"[1-9][0-9]*\\.[1-9][0-9]*\"";
    private static final String TOKEN = "[A-Za-z0-9_-]{8,8192}";
    private static final String[] RESULT = {"mode", "role", "term", "index", "level", "lag-ms", "epoch"};

    private final TestCluster cluster;
    private final Accounts accounts;

    LeaderKeyContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private Reply conditional(String method, String node, String key, String header, String value) {
        return accounts.request(node, method, key, "").header(header, value).send();
    }

    @Test
    void neverWrittenKeyIsNotFoundAndGivesAContextAndASession() {
        String key = TestCluster.newKey();
        for (String node : cluster.nodes()) {
            Reply reply = accounts.get(node, key);
            JsonNode problem = reply.problem(404, "not-found");
            assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
            assertThat(problem.path("level").asText()).isEqualTo("LINEARIZABLE");
            assertThat(problem.path("partition").isIntegralNumber()).isTrue();
            assertThat(reply.context()).matches(TOKEN);
            assertThat(reply.header("Quorate-Session")).matches(TOKEN);
            assertThat(reply.find("ETag")).isNull();
            assertThat(reply.result().keySet()).containsExactly(RESULT);
        }
    }

    @Test
    void writeAnswersWithItsPlaceInTheLog() {
        String key = TestCluster.newKey();
        long last = 0;
        for (String node : cluster.nodes()) {
            Reply reply = accounts.put(node, key, "from " + node).expect(204);

            assertThat(reply.body()).isEmpty();
            assertThat(reply.context()).matches(TOKEN);
            assertThat(reply.header("Quorate-Session")).matches(TOKEN);
            assertThat(reply.header("ETag")).matches(TAG);
            assertThat(reply.result().keySet()).containsExactly(RESULT);
            assertThat(reply.result())
                    .containsEntry("mode", "leader")
                    .containsEntry("role", "leader")
                    .containsEntry("level", "SEMI_SYNC")
                    .containsEntry("lag-ms", "0");
            assertThat(Long.parseLong(reply.result().getOrDefault("epoch", ""))).isPositive();
            assertThat(reply.header("ETag"))
                    .isEqualTo("\"" + reply.result().get("term") + "."
                            + reply.result().get("index") + "\"");
            assertThat(Accounts.indexOf(reply)).isGreaterThan(last);
            last = Accounts.indexOf(reply);
        }
    }

    @Test
    void whatIsWrittenThroughAnyNodeIsReadThroughEveryNode() {
        String key = TestCluster.newKey();
        for (String writer : cluster.nodes()) {
            Reply written = accounts.request(writer, "PUT", key, "")
                    .header("Content-Type", "text/" + writer)
                    .body("from " + writer)
                    .send()
                    .expect(204);
            for (String reader : cluster.nodes()) {
                Reply read = accounts.get(reader, key).expect(200);

                assertThat(read.text()).isEqualTo("from " + writer);
                assertThat(read.header("ETag")).isEqualTo(written.header("ETag"));
                assertThat(read.header("Content-Type")).isEqualTo("text/" + writer);
                assertThat(read.header("Content-Length")).isEqualTo("7");
                assertThat(read.context()).isEqualTo(written.context());
                assertThat(read.header("Quorate-Session")).matches(TOKEN);
                assertThat(read.result().keySet()).containsExactly(RESULT);
                assertThat(read.result())
                        .containsEntry("mode", "leader")
                        .containsEntry("role", "leader")
                        .containsEntry("level", "LINEARIZABLE")
                        .containsEntry("lag-ms", "0");
                assertThat(Long.parseLong(read.result().getOrDefault("index", "")))
                        .isGreaterThanOrEqualTo(Accounts.indexOf(written));
            }
        }
    }

    @Test
    void writeReplacesWhatWasThereWhateverItsWriterHasSeen() {
        String key = TestCluster.newKey();
        Reply first = accounts.put("n1", key, "one").expect(204);
        accounts.put("n2", key, "two").expect(204);
        accounts.request("n3", "PUT", key, "")
                .header("Quorate-Context", first.context())
                .body("three")
                .send()
                .expect(204);
        assertThat(accounts.get("n1", key).expect(200).text()).isEqualTo("three");
        assertThat(accounts.siblings("n2", key).json().path("siblings")).hasSize(1);
    }

    @Test
    void headAnswersAsAGetWithoutItsBody() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "value").expect(204);
        for (String node : cluster.nodes()) {
            Reply get = accounts.get(node, key);
            Reply head = accounts.request(node, "HEAD", key, "").send().expect(200);

            assertThat(head.body()).isEmpty();
            for (String name : new String[] {"ETag", "Quorate-Context", "Content-Type", "Content-Length"}) {
                assertThat(head.header(name)).as(name).isEqualTo(get.header(name));
            }
            assertThat(head.header("Quorate-Session")).matches(TOKEN);
            assertThat(head.result()).containsEntry("level", "LINEARIZABLE");
            assertThat(conditional("HEAD", node, key, "If-None-Match", get.header("ETag"))
                            .status())
                    .isEqualTo(304);
        }
        Reply missing =
                accounts.request("n2", "HEAD", TestCluster.newKey(), "").send().expect(404);
        assertThat(missing.context()).matches(TOKEN);
        assertThat(missing.header("Quorate-Session")).matches(TOKEN);
    }

    @Test
    void deleteThroughAnyNodeLeavesTheKeyNotFoundEverywhere() {
        String key = TestCluster.newKey();
        for (String node : cluster.nodes()) {
            Reply written = accounts.put("n1", key, "v").expect(204);
            Reply deleted = accounts.delete(node, key).expect(204);

            assertThat(deleted.context()).matches(TOKEN);
            assertThat(deleted.header("Quorate-Session")).matches(TOKEN);
            assertThat(deleted.header("ETag")).matches(TAG).isNotEqualTo(written.header("ETag"));
            assertThat(deleted.result()).containsEntry("level", "SEMI_SYNC");
            for (String reader : cluster.nodes()) {
                Reply gone = accounts.get(reader, key);
                gone.problem(404, "not-found");
                assertThat(gone.context()).matches(TOKEN);
                assertThat(gone.find("ETag")).isNull();
            }
        }
        accounts.delete("n1", key).expect(204);
        accounts.delete("n2", TestCluster.newKey()).expect(204);
        accounts.put("n3", key, "again").expect(204);
        assertThat(accounts.get("n2", key).expect(200).text()).isEqualTo("again");
    }

    @Test
    void readerWhoHasTheVersionIsNotSentItAgain() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").expect(204).header("ETag");
        for (String node : cluster.nodes()) {
            for (String known : new String[] {tag, "W/" + tag, "\"0.1\", " + tag, "\"other\",W/" + tag, "*"}) {
                Reply reply =
                        conditional("GET", node, key, "If-None-Match", known).expect(304);
                assertThat(reply.header("ETag")).isEqualTo(tag);
                assertThat(reply.context()).matches(TOKEN);
                assertThat(reply.header("Quorate-Session")).matches(TOKEN);
                assertThat(reply.result()).containsEntry("mode", "leader");
            }
            conditional("GET", node, key, "If-None-Match", "\"0.1\"").expect(200);
        }
        accounts.put("n2", key, "v").expect(204);
        conditional("GET", "n3", key, "If-None-Match", tag).expect(200);
        conditional("GET", "n3", TestCluster.newKey(), "If-None-Match", "*").problem(404, "not-found");
    }

    @Test
    void readerMayAskForOneVersionOnly() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").expect(204).header("ETag");
        for (String node : cluster.nodes()) {
            for (String wanted : new String[] {tag, "*", "\"0.1\" , " + tag}) {
                assertThat(conditional("GET", node, key, "If-Match", wanted)
                                .expect(200)
                                .text())
                        .isEqualTo("v");
            }
            for (String wanted : new String[] {"\"0.1\"", "\"other\"", "W/" + tag}) {
                Reply refused = conditional("GET", node, key, "If-Match", wanted);
                refused.problem(412, "precondition-failed");
                assertThat(refused.header("ETag")).isEqualTo(tag);
            }
            Reply missing = conditional("GET", node, TestCluster.newKey(), "If-Match", "*");
            missing.problem(412, "precondition-failed");
            assertThat(missing.find("ETag")).isNull();
        }
        conditional("GET", "n1", key, "If-Match", "0.1").problem(400, "bad-request");
        accounts.request("n1", "GET", key, "")
                .header("If-Match", tag)
                .header("If-None-Match", tag)
                .send()
                .expect(304);
    }

    @Test
    void listOfSiblingsHasTheOneVersionThatThereIs() {
        String key = TestCluster.newKey();
        Reply none = accounts.siblings("n1", key);
        assertThat(none.json().path("siblings")).isEmpty();
        assertThat(none.json().path("context").asText()).isEqualTo(none.context());

        Reply written = accounts.request("n2", "PUT", key, "")
                .header("Content-Type", "text/plain")
                .body("tea")
                .send()
                .expect(204);
        for (String node : cluster.nodes()) {
            Reply one = accounts.siblings(node, key);

            assertThat(one.header("ETag")).isEqualTo(written.header("ETag"));
            assertThat(one.json().path("context").asText()).isEqualTo(one.context());
            assertThat(one.json().path("siblings")).hasSize(1);
            JsonNode sibling = one.json().path("siblings").path(0);
            assertThat(sibling.path("contentType").asText()).isEqualTo("text/plain");
            assertThat(sibling.path("size").asInt()).isEqualTo(3);
            assertThat(sibling.path("value").asText())
                    .isEqualTo(Base64.getEncoder().encodeToString("tea".getBytes(StandardCharsets.UTF_8)));
            assertThat(Instant.parse(sibling.path("written").asText())).isAfter("2020-01-01T00:00:00Z");

            String dot = sibling.path("dot").asText();
            Reply raw = accounts.get(node, key, "?sibling=" + dot).expect(200);
            assertThat(raw.text()).isEqualTo("tea");
            assertThat(raw.header("Quorate-Dot")).isEqualTo(dot);
            accounts.get(node, key, "?sibling=n1-0-0000000000000001-1").problem(404, "not-found");
        }
        accounts.delete("n3", key).expect(204);
        assertThat(accounts.siblings("n1", key).json().path("siblings")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"..", "a%2F%2Fb", "a;p=1", "a%25b", "a+b", "%ff%fe%80", "%C3%28", "%0D%0A", "explain", "%7f%01"})
    void anyBytesAreAKey(String encoded) {
        accounts.put("n1", encoded, "value of " + encoded).expect(204);
        assertThat(accounts.get("n2", encoded).expect(200).text()).isEqualTo("value of " + encoded);
        assertThat(accounts.explain("n3", encoded)
                        .path("merged")
                        .path("siblings")
                        .asInt())
                .isEqualTo(1);
        accounts.delete("n3", encoded).expect(204);
        accounts.get("n1", encoded).problem(404, "not-found");
    }

    @Test
    void keysMayBeLongAndNotEmptyNorHoldANul() {
        String longest = "%f0".repeat(1024);
        accounts.put("n1", longest, "long").expect(204);
        assertThat(accounts.get("n2", longest).expect(200).text()).isEqualTo("long");
        accounts.put("n1", longest + "x", "v").problem(414, "key-too-long");
        accounts.put("n1", "", "v").problem(400, "bad-key");
        accounts.put("n1", "a%00b", "v").problem(400, "bad-key");
        accounts.get("n1", "%zz").problem(400, "bad-key");
    }

    @Test
    void anyBytesAreAValueNoneAndAMebibyteToo() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] largest = new byte[1 << 20];
        Arrays.fill(largest, (byte) 0xA5);
        for (byte[] value : new byte[][] {new byte[0], all, largest}) {
            for (String node : cluster.nodes()) {
                String key = TestCluster.newKey();
                accounts.request(node, "PUT", key, "?timeout=10s")
                        .body(value)
                        .send()
                        .expect(204);
                for (String reader : cluster.nodes()) {
                    Reply read = accounts.get(reader, key, "?timeout=10s").expect(200);
                    assertThat(read.body()).isEqualTo(value);
                    assertThat(read.header("Content-Length")).isEqualTo("" + value.length);
                    assertThat(read.header("Content-Type")).isEqualTo("application/octet-stream");
                }
            }
        }
        String key = TestCluster.newKey();
        accounts.request("n1", "PUT", key, "")
                .body(new byte[(1 << 20) + 1])
                .send()
                .problem(413, "value-too-large");
        accounts.get("n1", key).problem(404, "not-found");
    }

    @Test
    void valueThatTheReaderDoesNotTakeIsNotSent() {
        String key = TestCluster.newKey();
        accounts.request("n1", "PUT", key, "")
                .header("Content-Type", "text/plain")
                .body("v")
                .send()
                .expect(204);
        conditional("GET", "n2", key, "Accept", "image/png").problem(406, "not-acceptable");
        conditional("GET", "n2", key, "Accept", "text/*").expect(200);
        conditional("GET", "n2", key, "Accept", "multipart/mixed").expect(200);
    }

    @Test
    void contextOfAnotherKeyIsAMistake() {
        String key = TestCluster.newKey();
        String context = accounts.put("n1", TestCluster.newKey(), "v").context();
        for (String wrong : new String[] {context, "x", "%%"}) {
            accounts.request("n2", "PUT", key, "")
                    .header("Quorate-Context", wrong)
                    .body("v")
                    .send()
                    .problem(400, "bad-context");
            conditional("DELETE", "n3", key, "Quorate-Context", wrong).problem(400, "bad-context");
        }
        accounts.get("n1", key).problem(404, "not-found");
    }

    @Test
    void keyOfTheOtherModesBucketIsAnotherKey() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "cart").expect(204);
        accounts.get("n1", key).problem(404, "not-found");
        accounts.put("n2", key, "account").expect(204);
        assertThat(cluster.get("n3", key).expect(200).text()).isEqualTo("cart");
        accounts.delete("n3", key).expect(204);
        assertThat(cluster.get("n2", key).expect(200).text()).isEqualTo("cart");
    }

    @Test
    void requestsAreCountedUnderTheirMode() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "v").expect(204);
        accounts.get("n1", key, "?level=NONSENSE").problem(400, "bad-level");
        String metrics = Http.get(cluster.url("n1"), "/metrics").expect(200).text();
        assertThat(metrics.lines().filter(line -> line.startsWith("quorate_request_seconds_count")))
                .anySatisfy(line -> assertThat(line)
                        .contains("mode=\"leader\"", "level=\"SEMI_SYNC\"", "op=\"put\"", "outcome=\"ok\""))
                .anySatisfy(
                        line -> assertThat(line).contains("mode=\"leader\"", "op=\"get\"", "outcome=\"bad-level\""));
    }
}
