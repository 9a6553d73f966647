package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A write to a leader bucket may name what it replaces, and is made only over that. */
@ExtendWith(SharedCluster.class)
final class CompareAndSetContractTest {
    private static final int ROUNDS = 12;

    private final TestCluster cluster;
    private final Accounts accounts;

    CompareAndSetContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private Reply put(String node, String key, String header, String tags, String value) {
        return accounts.request(node, "PUT", key, "")
                .header(header, tags)
                .body(value)
                .send();
    }

    private Reply delete(String node, String key, String header, String tags) {
        return accounts.request(node, "DELETE", key, "").header(header, tags).send();
    }

    /** Checks that a condition did not hold, because the key had that version, or none. */
    private static void failed(Reply reply, @Nullable String present) {
        JsonNode problem = reply.problem(412, "precondition-failed");
        assertThat(problem.path("outcome").asText()).isEqualTo("not-applied");
        assertThat(problem.path("level").asText()).isEqualTo("SEMI_SYNC");
        assertThat(problem.path("partition").isIntegralNumber()).isTrue();
        assertThat(reply.find("ETag")).isEqualTo(present);
    }

    @Test
    void writeOverTheNamedVersionIsMadeAndOverAnotherIsNot() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "0").expect(204).header("ETag");
        int value = 0;
        for (String right : cluster.nodes()) {
            value++;
            String old = tag;
            tag = put(right, key, "If-Match", old, "" + value).expect(204).header("ETag");
            assertThat(tag).isNotEqualTo(old);
            for (String wrong : cluster.nodes()) {
                failed(put(wrong, key, "If-Match", old, "lost"), tag);
                failed(delete(wrong, key, "If-Match", old), tag);
                Reply read = accounts.get(wrong, key).expect(200);
                assertThat(read.text()).isEqualTo("" + value);
                assertThat(read.header("ETag")).isEqualTo(tag);
            }
        }
        failed(put("n1", TestCluster.newKey(), "If-Match", tag, "v"), null);
    }

    @Test
    void sameValueWrittenAgainIsAnotherVersion() {
        String key = TestCluster.newKey();
        String first = accounts.put("n1", key, "same").header("ETag");
        accounts.put("n2", key, "other").expect(204);
        String last = accounts.put("n3", key, "same").header("ETag");
        failed(put("n1", key, "If-Match", first, "lost"), last);
    }

    @Test
    void starAsksForAnyVersion() {
        for (String node : cluster.nodes()) {
            String key = TestCluster.newKey();
            failed(put(node, key, "If-Match", "*", "v"), null);
            failed(delete(node, key, "If-Match", "*"), null);
            accounts.get(node, key).problem(404, "not-found");
            accounts.put(node, key, "v").expect(204);
            put(node, key, "If-Match", "*", "w").expect(204);
            assertThat(accounts.get(node, key).text()).isEqualTo("w");
            delete(node, key, "If-Match", "*").expect(204);
            accounts.get(node, key).problem(404, "not-found");
        }
    }

    @Test
    void keyIsMadeOnce() {
        for (String node : cluster.nodes()) {
            String key = TestCluster.newKey();
            String tag =
                    put(node, key, "If-None-Match", "*", "first").expect(204).header("ETag");
            for (String other : cluster.nodes()) {
                failed(put(other, key, "If-None-Match", "*", "second"), tag);
                failed(delete(other, key, "If-None-Match", "*"), tag);
            }
            assertThat(accounts.get(node, key).text()).isEqualTo("first");
            accounts.delete(node, key).expect(204);
            put(node, key, "If-None-Match", "*", "third").expect(204);
            assertThat(accounts.get(node, key).text()).isEqualTo("third");
        }
    }

    @Test
    void severalVersionsMayBeNamed() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "0").header("ETag");
        tag = put("n2", key, "If-Match", "\"0.1\" ,\"foreign, with a comma\", " + tag, "1")
                .expect(204)
                .header("ETag");
        tag = accounts.request("n3", "PUT", key, "")
                .header("If-Match", "\"0.1\"")
                .header("If-Match", tag)
                .body("2")
                .send()
                .expect(204)
                .header("ETag");
        tag = put("n1", key, "If-Match", "\"0.1\"," + tag + ",,", "3")
                .expect(204)
                .header("ETag");
        failed(put("n1", key, "If-Match", "\"0.1\", \"0.2\"", "lost"), tag);
        failed(put("n2", key, "If-None-Match", "\"0.1\", " + tag, "lost"), tag);
        failed(put("n2", key, "If-None-Match", "W/" + tag, "lost"), tag);
        put("n3", key, "If-None-Match", "\"0.1\", \"0.2\"", "4").expect(204);
        put("n3", TestCluster.newKey(), "If-None-Match", tag, "v").expect(204);
        assertThat(accounts.get("n1", key).text()).isEqualTo("4");
    }

    @Test
    void tagThatThisStoreDoesNotGiveMatchesNothing() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").header("ETag");
        String bare = tag.substring(1, tag.length() - 1);
        for (String foreign : new String[] {
            "\"\"",
            "\"other\"",
            "\"*\"",
            "\"0" + bare + "\"",
            "\" " + bare + "\"",
            "\"" + bare + ".0\"",
            "\"-" + bare + "\"",
            "\"1.-1\"",
            "\"+" + bare + "\"",
            "\"1.9223372036854775807\"",
            "\"4611686018427387904.1\"",
            "\"99999999999999999999.1\"",
            "W/" + tag
        }) {
            for (String node : cluster.nodes()) {
                failed(put(node, key, "If-Match", foreign, "lost"), tag);
            }
        }
        assertThat(accounts.get("n1", key).text()).isEqualTo("v");
        tag = put("n3", key, "If-None-Match", "\"other\"", "w").expect(204).header("ETag");
        failed(put("n3", key, "If-None-Match", tag, "lost"), tag);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.1",
                "\"1.1",
                "1.1\"",
                "\"1.1\" \"1.2\"",
                "*, \"1.1\"",
                "w/\"1.1\"",
                "W/ \"1.1\"",
                ",",
                "\"1.1\"; q=1"
            })
    void whatIsNoTagIsRefusedAndNothingWritten(String text) {
        String key = TestCluster.newKey();
        for (String header : new String[] {"If-Match", "If-None-Match"}) {
            assertThat(put("n1", key, header, text, "v")
                            .problem(400, "bad-request")
                            .path("detail")
                            .asText())
                    .contains(header);
            delete("n2", key, header, text).problem(400, "bad-request");
        }
        accounts.get("n3", key).problem(404, "not-found");
    }

    @Test
    void tooManyTagsAndBothConditionsAreRefused() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").header("ETag");
        put("n1", key, "If-Match", "\"0.1\",".repeat(31) + tag, "w").expect(204);
        put("n1", key, "If-Match", "\"0.1\",".repeat(32) + tag, "lost").problem(400, "bad-request");
        for (Http both : new Http[] {
            accounts.request("n1", "PUT", key, "").body("lost"), accounts.request("n2", "DELETE", key, "")
        }) {
            assertThat(both.header("If-Match", "*")
                            .header("If-None-Match", "\"0.1\"")
                            .send()
                            .problem(400, "bad-request")
                            .path("detail")
                            .asText())
                    .contains("If-Match", "If-None-Match");
        }
        assertThat(accounts.get("n3", key).text()).isEqualTo("w");
    }

    @Test
    void deleteMayNameWhatItRemoves() {
        for (String node : cluster.nodes()) {
            String key = TestCluster.newKey();
            String old = accounts.put(node, key, "v").header("ETag");
            String tag = accounts.put(node, key, "w").header("ETag");
            failed(delete(node, key, "If-Match", old), tag);
            failed(delete(node, key, "If-None-Match", tag), tag);
            assertThat(accounts.get(node, key).text()).isEqualTo("w");
            String place = delete(node, key, "If-Match", tag).expect(204).header("ETag");
            accounts.get(node, key).problem(404, "not-found");
            failed(delete(node, key, "If-Match", tag), null);
            failed(put(node, key, "If-Match", tag, "lost"), null);
            failed(put(node, key, "If-Match", place, "lost"), null);
            accounts.get(node, key).problem(404, "not-found");
        }
    }

    @Test
    void conditionalWriteCannotBeAsynchronous() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").header("ETag");
        for (String node : cluster.nodes()) {
            for (String[] condition :
                    new String[][] {{"If-Match", tag}, {"If-Match", "*"}, {"If-None-Match", "\"0.1\""}}) {
                accounts.request(node, "PUT", key, "?level=async")
                        .header(condition[0], condition[1])
                        .body("lost")
                        .send()
                        .problem(400, "bad-level");
                accounts.request(node, "DELETE", key, "?level=ASYNC")
                        .header(condition[0], condition[1])
                        .send()
                        .problem(400, "bad-level");
            }
        }
        assertThat(accounts.get("n2", key).text()).isEqualTo("v");
        Reply all = accounts.request("n3", "PUT", key, "?level=SYNC&timeout=5s")
                .header("If-Match", tag)
                .body("w")
                .send()
                .expect(204);
        assertThat(all.result()).containsEntry("level", "SYNC");
    }

    private List<Reply> atOnce(int callers, Call call) throws Exception {
        CyclicBarrier together = new CyclicBarrier(callers);
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<Callable<Reply>> calls = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                calls.add(() -> {
                    together.await();
                    return call.send("n" + (1 + caller % cluster.nodes().size()), caller);
                });
            }
            List<Reply> replies = new ArrayList<>();
            for (Future<Reply> reply : threads.invokeAll(calls)) {
                replies.add(reply.get());
            }
            return replies;
        } finally {
            threads.shutdown();
        }
    }

    private interface Call {
        Reply send(String node, int caller);
    }

    @Test
    void ofWritersOverTheSameVersionExactlyOneWins() throws Exception {
        String key = TestCluster.newKey();
        String tag = "";
        for (int round = 0; round < ROUNDS; round++) {
            String known = tag;
            String prefix = round + " by ";
            List<Reply> replies = atOnce(
                    6,
                    (node, caller) -> accounts.request(node, "PUT", key, "?timeout=10s")
                            .header(known.isEmpty() ? "If-None-Match" : "If-Match", known.isEmpty() ? "*" : known)
                            .body(prefix + caller)
                            .send());
            int winner = -1;
            for (int i = 0; i < replies.size(); i++) {
                if (replies.get(i).status() == 204) {
                    assertThat(winner).as("another winner of round " + round).isEqualTo(-1);
                    winner = i;
                }
            }
            assertThat(winner).as("a winner of round " + round).isNotEqualTo(-1);
            tag = replies.get(winner).header("ETag");
            for (int i = 0; i < replies.size(); i++) {
                if (i != winner) {
                    failed(replies.get(i), tag);
                }
            }
            Reply read =
                    accounts.get("n" + (1 + round % 3), key, "?timeout=10s").expect(200);
            assertThat(read.text()).isEqualTo(prefix + winner);
            assertThat(read.header("ETag")).isEqualTo(tag);
        }
    }

    @Test
    void countersOfManyCallersLoseNoStep() throws Exception {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "0").expect(204);
        int steps = 8;
        atOnce(4, (node, caller) -> {
            Reply last = accounts.get(node, key, "?timeout=10s").expect(200);
            for (int done = 0; done < steps; ) {
                Reply read = accounts.get(node, key, "?timeout=10s").expect(200);
                last = accounts.request(node, "PUT", key, "?timeout=10s")
                        .header("If-Match", read.header("ETag"))
                        .body("" + (Integer.parseInt(read.text()) + 1))
                        .send();
                assertThat(last.status()).isIn(204, 412);
                done += last.status() == 204 ? 1 : 0;
            }
            return last;
        });
        assertThat(accounts.get("n2", key).text()).isEqualTo("" + 4 * steps);
    }
}
