package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A write that is sent again under its key happens once. */
@ExtendWith(SharedCluster.class)
final class IdempotencyContractTest {
    private final TestCluster cluster;

    IdempotencyContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    private Http put(String node, String key, String idempotencyKey, String value) {
        return cluster.request(node, "PUT", key, "")
                .header("Idempotency-Key", idempotencyKey)
                .body(value);
    }

    @Test
    void retryThroughAnyNodeMakesNoSecondVersion() {
        String key = TestCluster.newKey();
        put("n1", key, "order-1", "v").send().expect(204);
        for (int i = 0; i < 2; i++) {
            for (String node : cluster.nodes()) {
                Reply again = put(node, key, "order-1", "v").send().expect(204);
                assertThat(again.context()).isNotEmpty();
            }
        }
        assertThat(cluster.siblings("n3", key, "?level=ALL").json().path("siblings"))
                .hasSize(1);
        assertThat(cluster.get("n2", key).expect(200).text()).isEqualTo("v");
    }

    @Test
    void contextOfARetryReplacesTheVersionOfTheFirstTry() {
        String key = TestCluster.newKey();
        put("n1", key, "order-2", "v").send().expect(204);
        Reply again = put("n2", key, "order-2", "v").send().expect(204);
        cluster.putOver("n3", key, again.context(), "next").expect(204);
        assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo("next");
    }

    @Test
    void sameKeyWithAnotherBodyIsAConflict() {
        String key = TestCluster.newKey();
        put("n1", key, "order-3", "v").send().expect(204);
        for (String node : cluster.nodes()) {
            put(node, key, "order-3", "w").send().problem(409, "idempotency-conflict");
            put(node, key, "order-3", "v")
                    .header("Content-Type", "text/plain")
                    .send()
                    .problem(409, "idempotency-conflict");
        }
        assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo("v");
    }

    @Test
    void retryAfterAnOverwriteBringsNothingBack() {
        String key = TestCluster.newKey();
        Reply first = put("n1", key, "order-4", "old").send().expect(204);
        cluster.putOver("n2", key, first.context(), "new").expect(204);

        for (String node : cluster.nodes()) {
            put(node, key, "order-4", "old").send().expect(204);
            put(node, key, "order-4", "other").send().problem(409, "idempotency-conflict");
        }
        assertThat(cluster.get("n1", key, "?level=ALL").expect(200).text()).isEqualTo("new");
    }

    @Test
    void retryAfterADeleteBringsNothingBack() {
        String key = TestCluster.newKey();
        put("n1", key, "order-5", "old").send().expect(204);
        cluster.delete("n2", key, "").expect(204);
        for (String node : cluster.nodes()) {
            put(node, key, "order-5", "old").send().expect(204);
        }
        cluster.get("n1", key, "?level=ALL").problem(404, "not-found");
    }

    @Test
    void sameIdempotencyKeyOnOtherKeysIsAnotherWrite() {
        String one = TestCluster.newKey();
        String two = TestCluster.newKey();
        put("n1", one, "order-6", "1").send().expect(204);
        put("n1", two, "order-6", "2").send().expect(204);
        assertThat(cluster.get("n1", one).text()).isEqualTo("1");
        assertThat(cluster.get("n1", two).text()).isEqualTo("2");
    }

    @Test
    void retryOfADeleteRemovesNothingWrittenSince() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "old").expect(204);
        for (String node : cluster.nodes()) {
            cluster.request(node, "DELETE", key, "")
                    .header("Idempotency-Key", "gone-1")
                    .send()
                    .expect(204);
            cluster.siblings(node, key, "");
        }
        String context = cluster.get("n1", key).context();
        cluster.putOver("n1", key, context, "new").expect(204);
        cluster.request("n2", "DELETE", key, "")
                .header("Idempotency-Key", "gone-1")
                .send()
                .expect(204);
        assertThat(cluster.get("n3", key).expect(200).text()).isEqualTo("new");
    }

    @Test
    void keyMayHave64VisibleCharacters() {
        put("n1", TestCluster.newKey(), "x".repeat(64), "v").send().expect(204);
        put("n1", TestCluster.newKey(), "x".repeat(65), "v").send().problem(400, "bad-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "tab\tbed", "naïve"})
    void keyOfOtherCharactersIsRefused(String idempotencyKey) {
        put("n1", TestCluster.newKey(), idempotencyKey, "v").send().problem(400, "bad-request");
    }
}
