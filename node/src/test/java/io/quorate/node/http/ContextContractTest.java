package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.ContextCodec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Contexts that cannot be used are refused and nothing is written. */
@ExtendWith(SharedCluster.class)
final class ContextContractTest {
    private final TestCluster cluster;

    ContextContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    private void assertRefused(String key, String context) {
        for (String node : cluster.nodes()) {
            cluster.putOver(node, key, context, "never").problem(400, "bad-context");
            cluster.request(node, "DELETE", key, "")
                    .header("Quorate-Context", context)
                    .send()
                    .problem(400, "bad-context");
        }
        assertThat(cluster.get("n1", key).expect(200).text()).isEqualTo("kept");
    }

    private String keptKey() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "kept").expect(204);
        return key;
    }

    @Test
    void contextCutInHalfIsRefused() {
        String key = keptKey();
        String context = cluster.get("n1", key).context();
        assertRefused(key, context.substring(0, context.length() / 2));
        assertRefused(key, context.substring(1));
    }

    @Test
    void contextWithAnyCharacterChangedIsRefused() {
        String key = keptKey();
        String context = cluster.get("n1", key).context();
        for (int i = 0; i < context.length(); i++) {
            char other = context.charAt(i) == 'A' ? 'B' : 'A';
            String changed = context.substring(0, i) + other + context.substring(i + 1);
            cluster.putOver("n1", key, changed, "never").problem(400, "bad-context");
        }
        assertThat(cluster.get("n1", key).text()).isEqualTo("kept");
    }

    @Test
    void contextThatIsNoTokenIsRefused() {
        String key = keptKey();
        assertRefused(key, "");
        assertRefused(key, "!!");
        assertRefused(key, "A".repeat(9000));
    }

    @Test
    void contextOfAnotherKeyIsRefused() {
        String key = keptKey();
        assertRefused(key, cluster.get("n1", keptKey()).context());
    }

    @Test
    void contextOfVersionsThatWereNeverWrittenIsRefused() {
        String key = keptKey();
        Dot real = Dot.parse(cluster.siblings("n1", key, "")
                        .json()
                        .path("siblings")
                        .get(0)
                        .path("dot")
                        .asText())
                .orElseThrow();
        long token = TokenHash.tokenOf("carts", Bytes.ofUtf8(key));
        int partition = new PartitionCount(16).partitionOf(token);
        ContextCodec.Scope scope = new ContextCodec.Scope("carts", 1, partition, Bytes.ofUtf8(key));
        String future = ContextCodec.encode(
                CausalContext.of(VersionVector.EMPTY, List.of(new Dot(real.actor(), real.counter() + 1000))),
                List.of(),
                scope);
        String whole = ContextCodec.encode(
                CausalContext.of(VersionVector.EMPTY.with(real.actor(), real.counter() + 1)), List.of(), scope);

        for (String node : List.of("n1", "n2", "n3")) {
            cluster.putOver(node, key, future, "never").problem(400, "bad-context");
            cluster.putOver(node, key, whole, "never").problem(400, "bad-context");
            cluster.request(node, "DELETE", key, "")
                    .header("Quorate-Context", whole)
                    .send()
                    .problem(400, "bad-context");
            assertThat(cluster.get(node, key).expect(200).text()).isEqualTo("kept");
        }
    }

    @Test
    void contextOfAWriterThatNeverExistedHidesNothing() {
        String key = keptKey();
        long token = TokenHash.tokenOf("carts", Bytes.ofUtf8(key));
        int partition = new PartitionCount(16).partitionOf(token);
        ContextCodec.Scope scope = new ContextCodec.Scope("carts", 1, partition, Bytes.ofUtf8(key));
        String foreign = ContextCodec.encode(
                CausalContext.of(VersionVector.EMPTY, List.of(new Dot(new ActorId(NodeId.of("n1"), partition, 77), 5))),
                List.of(),
                scope);
        Reply reply = cluster.putOver("n1", key, foreign, "beside");
        if (reply.status() == 204) {
            assertThat(cluster.siblings("n2", key, "").json().path("siblings")).hasSize(2);
        } else {
            reply.problem(400, "bad-context");
        }
    }

    @Test
    void contextOfAnEarlierBucketOfTheNameIsRefused() {
        String bucket = "/v1/buckets/generations";
        Http.request("PUT", cluster.url("n1"), bucket)
                .json("{\"mode\":\"leaderless\"}")
                .send()
                .expect(201);
        Reply old = Http.request("PUT", cluster.url("n1"), bucket + "/keys/k")
                .body("old")
                .send()
                .expect(204);
        Http.request("DELETE", cluster.url("n1"), bucket).send().expect(202);
        Http.request("PUT", cluster.url("n1"), bucket)
                .json("{\"mode\":\"leaderless\"}")
                .send()
                .expect(201);

        for (String node : cluster.nodes()) {
            Http.get(cluster.url(node), bucket + "/keys/k").problem(404, "not-found");
            Http.request("PUT", cluster.url(node), bucket + "/keys/k")
                    .header("Quorate-Context", old.context())
                    .body("never")
                    .send()
                    .problem(400, "bad-context");
        }
        Http.request("DELETE", cluster.url("n1"), bucket).send().expect(202);
    }
}
