package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.wire.ContextCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Over HTTP: a bucket in which the last writer wins answers one value or none, never several. */
@Tag("V6")
@ExtendWith(SharedCluster.class)
final class LastWriterWinsContractTest {
    private static final String SIBLINGS = "application/vnd.quorate.siblings+json";

    private final TestCluster cluster;
    private final String key = TestCluster.newKey();

    LastWriterWinsContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void makeBucket() {
        define("last", "lww");
    }

    private Reply define(String bucket, String conflicts) {
        Reply made = Http.request("PUT", cluster.url("n1"), "/v1/buckets/" + bucket)
                .json("{\"mode\":\"leaderless\",\"conflicts\":\"" + conflicts + "\"}")
                .send();
        assertThat(made.status()).isIn(200, 201);
        assertThat(made.json().path("conflicts").asText()).isEqualTo(conflicts);
        return made;
    }

    private Http request(String node, String method, String bucket, String more) {
        return Http.request(method, cluster.url(node), "/v1/buckets/" + bucket + "/keys/" + key + more);
    }

    private Reply put(String node, String value) {
        return request(node, "PUT", "last", "").body(value).send().expect(204);
    }

    private Reply get(String node) {
        return request(node, "GET", "last", "").send();
    }

    private void putTogether(String bucket, int each) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Reply>> puts = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                for (String node : cluster.nodes()) {
                    String value = node + " " + i;
                    puts.add(() -> request(node, "PUT", bucket, "").body(value).send());
                }
            }
            for (Future<Reply> put : writers.invokeAll(puts)) {
                put.get().expect(204);
            }
        } finally {
            writers.shutdown();
        }
    }

    @Test
    void blindWritersAtAllNodesLeaveOneValueThatAllNodesShow() throws Exception {
        putTogether("last", 60);
        Reply shown = get("n1").expect(200);
        assertThat(shown.header("Quorate-Result")).contains("siblings=1");
        for (String node : cluster.nodes()) {
            assertThat(get(node).expect(200).text()).isEqualTo(shown.text());
        }
        Reply list = request("n2", "GET", "last", "")
                .header("Accept", SIBLINGS)
                .send()
                .expect(200);
        assertThat(list.json().path("siblings")).hasSize(1);
    }

    @Test
    void aLaterWriteThroughAnotherNodeWinsWithAndWithoutTheContextOfTheEarlierOne() {
        request("n1", "PUT", "last", "?level=ALL").body("first").send().expect(204);
        put("n2", "second");
        assertThat(get("n3").expect(200).text()).isEqualTo("second");
        String context = get("n3").context();
        request("n3", "PUT", "last", "")
                .header("Quorate-Context", context)
                .body("third")
                .send()
                .expect(204);
        assertThat(get("n1").expect(200).text()).isEqualTo("third");
    }

    @Test
    void aDeletedKeyIsNotFoundUntilItIsWrittenAgain() {
        put("n1", "v");
        request("n2", "DELETE", "last", "").send().expect(204);
        assertThat(get("n3").expect(404).context()).isNotEmpty();
        put("n3", "again");
        assertThat(get("n1").expect(200).text()).isEqualTo("again");
    }

    @Test
    void aContextFromTheFarFutureIsABadContextAndNothingIsWritten() {
        Bytes bytes = Bytes.ofUtf8(key);
        JsonNode ring = Http.get(cluster.url("n1"), "/v1/ring").json();
        PartitionCount partitions = new PartitionCount(ring.path("partitions").asInt());
        int partition = partitions.partitionOf(TokenHash.tokenOf("last", bytes));
        CausalContext crazy = CausalContext.EMPTY.atLeast(HybridTime.ofMillis(System.currentTimeMillis() + 600_000));
        String token = ContextCodec.encode(crazy, List.of(), new ContextCodec.Scope("last", 1, partition, bytes));
        JsonNode refused = request("n1", "PUT", "last", "")
                .header("Quorate-Context", token)
                .body("v")
                .send()
                .problem(400, "bad-context");
        assertThat(refused.path("outcome").asText()).isEqualTo("not-applied");
        assertThat(refused.path("detail").asText()).contains("ahead of the clocks");
        get("n1").problem(404, "not-found");
    }

    @Test
    void explainNamesTheWinnerAndItsStamp() {
        put("n1", "v");
        get("n2").expect(200);
        JsonNode merged =
                request("n2", "GET", "last", "/explain").send().expect(200).json();
        assertThat(merged.path("merged").path("siblings").asInt()).isEqualTo(1);
        assertThat(merged.path("merged").path("winner").asText())
                .isEqualTo(merged.path("merged").path("dots").path(0).asText());
        assertThat(merged.path("merged").path("stamp").asText()).matches("20\\d\\d-.*Z/\\d+");
        assertThat(merged.path("replicas").path(0).path("stamps")).hasSize(1);
    }

    @Test
    void aBucketMayChangeFromSiblingsToLastWriterWinsAndBack() throws Exception {
        define("turning", "siblings");
        putTogether("turning", 1);
        request("n1", "GET", "turning", "").send().expect(300);
        define("turning", "lww");
        Reply winner = request("n1", "GET", "turning", "").send().expect(200);
        define("turning", "siblings");
        Reply all = request("n2", "GET", "turning", "").send().expect(300);
        List<String> values = new ArrayList<>();
        all.json()
                .path("siblings")
                .forEach(sibling -> values.add(new String(
                        Base64.getDecoder().decode(sibling.path("value").asText()), StandardCharsets.UTF_8)));
        assertThat(values).contains(winner.text()).hasSizeGreaterThan(1);
        define("turning", "lww");
        request("n3", "PUT", "turning", "").body("stamped").send().expect(204);
        assertThat(request("n1", "GET", "turning", "").send().expect(200).text())
                .isEqualTo("stamped");
        define("turning", "siblings");
        assertThat(request("n2", "GET", "turning", "").send().expect(200).text())
                .as("what the stamped write had overruled is gone")
                .isEqualTo("stamped");
    }
}
