package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A write to a leader bucket that is sent again under its key happens once, and is answered as the first time. */
@ExtendWith(SharedCluster.class)
final class LeaderIdempotencyContractTest {
    private final TestCluster cluster;
    private final Accounts accounts;

    LeaderIdempotencyContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private Http put(String node, String key, String idempotencyKey, String value) {
        return accounts.request(node, "PUT", key, "")
                .header("Idempotency-Key", idempotencyKey)
                .body(value);
    }

    private Http delete(String node, String key, String idempotencyKey) {
        return accounts.request(node, "DELETE", key, "").header("Idempotency-Key", idempotencyKey);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1", "n2", "n3"})
    void retryThroughAnyNodeIsAnsweredWithTheVersionOfTheFirstTry(String first) {
        String key = TestCluster.newKey();
        Reply made = put(first, key, "order-1", "v").send().expect(204);
        for (int i = 0; i < 2; i++) {
            for (String node : cluster.nodes()) {
                Reply again = put(node, key, "order-1", "v").send().expect(204);
                assertThat(again.header("ETag")).isEqualTo(made.header("ETag"));
                assertThat(again.context()).isEqualTo(made.context());
            }
        }
        Reply read = accounts.get("n3", key).expect(200);
        assertThat(read.text()).isEqualTo("v");
        assertThat(read.header("ETag")).isEqualTo(made.header("ETag"));
    }

    @Test
    void retryAfterAnOverwriteOrADeleteBringsNothingBack() {
        String key = TestCluster.newKey();
        Reply made = put("n1", key, "order-2", "old").send().expect(204);
        Reply over = accounts.put("n2", key, "new").expect(204);
        for (String node : cluster.nodes()) {
            Reply again = put(node, key, "order-2", "old").send().expect(204);
            assertThat(again.header("ETag")).isEqualTo(made.header("ETag"));
            Reply read = accounts.get(node, key).expect(200);
            assertThat(read.text()).isEqualTo("new");
            assertThat(read.header("ETag")).isEqualTo(over.header("ETag"));
        }
        accounts.delete("n3", key).expect(204);
        for (String node : cluster.nodes()) {
            Reply again = put(node, key, "order-2", "old").send().expect(204);
            assertThat(again.header("ETag")).isEqualTo(made.header("ETag"));
            accounts.get(node, key).problem(404, "not-found");
        }
    }

    @Test
    void sameKeyForAnotherWriteIsAConflict() {
        String key = TestCluster.newKey();
        Reply made = put("n1", key, "order-3", "v").send().expect(204);
        for (String node : cluster.nodes()) {
            for (Http other : new Http[] {
                put(node, key, "order-3", "w"),
                put(node, key, "order-3", ""),
                put(node, key, "order-3", "v").header("Content-Type", "text/plain"),
                put(node, key, "order-3", "v").header("If-Match", made.header("ETag")),
                put(node, key, "order-3", "v").header("If-None-Match", "*"),
                delete(node, key, "order-3")
            }) {
                assertThat(other.send()
                                .problem(409, "idempotency-conflict")
                                .path("outcome")
                                .asText())
                        .isEqualTo("not-applied");
            }
        }
        assertThat(accounts.get("n1", key).expect(200).header("ETag")).isEqualTo(made.header("ETag"));
    }

    @Test
    void conditionIsLookedAtOnceAndTheAnswerRepeated() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "0").header("ETag");
        String made = put("n2", key, "cas-1", "1")
                .header("If-Match", tag)
                .send()
                .expect(204)
                .header("ETag");
        for (String node : cluster.nodes()) {
            Reply again = put(node, key, "cas-1", "1").header("If-Match", tag).send();
            assertThat(again.expect(204).header("ETag")).isEqualTo(made);
        }
        assertThat(accounts.get("n1", key).header("ETag")).isEqualTo(made);

        String last = accounts.put("n3", key, "2").header("ETag");
        for (String node : cluster.nodes()) {
            Reply again = put(node, key, "cas-1", "1").header("If-Match", tag).send();
            assertThat(again.expect(204).header("ETag")).isEqualTo(made);
            assertThat(accounts.get(node, key).header("ETag")).isEqualTo(last);
        }
    }

    @Test
    void failedConditionIsRepeatedEvenWhenItWouldHoldByNow() {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").header("ETag");
        for (int i = 0; i < 2; i++) {
            for (String node : cluster.nodes()) {
                Reply failed = put(node, key, "cas-2", "made")
                        .header("If-None-Match", "*")
                        .send();
                failed.problem(412, "precondition-failed");
                assertThat(failed.header("ETag")).isEqualTo(tag);
            }
            accounts.delete("n2", key).expect(204);
        }
        accounts.get("n1", key).problem(404, "not-found");

        String missing = TestCluster.newKey();
        for (String node : cluster.nodes()) {
            Reply failed =
                    put(node, missing, "cas-3", "made").header("If-Match", "*").send();
            failed.problem(412, "precondition-failed");
            assertThat(failed.find("ETag")).isNull();
        }
        accounts.put("n1", missing, "v").expect(204);
        Reply failed =
                put("n1", missing, "cas-3", "made").header("If-Match", "*").send();
        failed.problem(412, "precondition-failed");
        assertThat(accounts.get("n2", missing).text()).isEqualTo("v");
    }

    @Test
    void keyIsMadeOnceHoweverOftenItsMakerTries() {
        String key = TestCluster.newKey();
        Reply made = put("n1", key, "make-1", "v")
                .header("If-None-Match", "*")
                .send()
                .expect(204);
        for (String node : cluster.nodes()) {
            Reply again =
                    put(node, key, "make-1", "v").header("If-None-Match", "*").send();
            assertThat(again.expect(204).header("ETag")).isEqualTo(made.header("ETag"));
            put(node, key, "make-2", "v").header("If-None-Match", "*").send().problem(412, "precondition-failed");
        }
    }

    @Test
    void retryOfADeleteRemovesNothingWrittenSince() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "old").expect(204);
        Reply gone = delete("n1", key, "gone-1").send().expect(204);
        accounts.put("n2", key, "new").expect(204);
        for (String node : cluster.nodes()) {
            Reply again = delete(node, key, "gone-1").send().expect(204);
            assertThat(again.header("ETag")).isEqualTo(gone.header("ETag"));
            assertThat(accounts.get(node, key).expect(200).text()).isEqualTo("new");
        }
    }

    @Test
    void sameIdempotencyKeyOnOtherKeysIsAnotherWrite() {
        String one = TestCluster.newKey();
        String two = TestCluster.newKey();
        put("n1", one, "order-4", "1").send().expect(204);
        put("n1", two, "order-4", "2").send().expect(204);
        cluster.request("n1", "PUT", one, "")
                .header("Idempotency-Key", "order-4")
                .body("3")
                .send()
                .expect(204);
        assertThat(accounts.get("n1", one).text()).isEqualTo("1");
        assertThat(accounts.get("n1", two).text()).isEqualTo("2");
        assertThat(cluster.get("n1", one).text()).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC", "SEMI_SYNC", "SYNC"})
    void retryMayAskForAnotherLevel(String level) {
        String key = TestCluster.newKey();
        Reply made = put("n1", key, "order-5", "v").send().expect(204);
        Reply over = accounts.put("n2", key, "new").expect(204);
        for (String node : cluster.nodes()) {
            Reply again = accounts.request(node, "PUT", key, "?timeout=10s&level=" + level)
                    .header("Idempotency-Key", "order-5")
                    .body("v")
                    .send()
                    .expect(204);
            assertThat(again.header("ETag")).isEqualTo(made.header("ETag"));
            assertThat(accounts.get(node, key).header("ETag")).isEqualTo(over.header("ETag"));
            accounts.request(node, "PUT", key, "?timeout=10s&level=" + level)
                    .header("Idempotency-Key", "order-5")
                    .body("other")
                    .send()
                    .problem(409, "idempotency-conflict");
        }
    }

    @Test
    void writeOnTheLeadersDiskAloneIsRememberedToo() {
        for (String first : cluster.nodes()) {
            String key = TestCluster.newKey();
            Reply made = accounts.request(first, "PUT", key, "?level=ASYNC")
                    .header("Idempotency-Key", "order-6")
                    .body("v")
                    .send()
                    .expect(204);
            for (String node : cluster.nodes()) {
                Reply again = accounts.request(node, "PUT", key, "?level=ASYNC")
                        .header("Idempotency-Key", "order-6")
                        .body("v")
                        .send()
                        .expect(204);
                assertThat(again.header("ETag")).isEqualTo(made.header("ETag"));
            }
            assertThat(accounts.get("n2", key).header("ETag")).isEqualTo(made.header("ETag"));
        }
    }

    @Test
    void keyOfOtherCharactersIsRefused() {
        String key = TestCluster.newKey();
        put("n1", key, "x".repeat(64), "v").send().expect(204);
        for (String wrong : new String[] {"", "x".repeat(65), "two words", "naïve"}) {
            put("n1", key, wrong, "lost").send().problem(400, "bad-request");
            delete("n2", key, wrong).send().problem(400, "bad-request");
        }
        assertThat(accounts.get("n1", key).text()).isEqualTo("v");
    }
}
