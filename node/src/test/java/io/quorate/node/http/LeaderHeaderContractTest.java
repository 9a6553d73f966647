package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.wire.SessionToken;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every answer that a leader bucket's group has decided says where, whatever it decided. */
@ExtendWith(SharedCluster.class)
final class LeaderHeaderContractTest {
    private static final String[] RESULT = {"mode", "role", "term", "index", "level", "lag-ms", "epoch"};

    private final TestCluster cluster;
    private final Accounts accounts;

    LeaderHeaderContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private Http request(String method, String node, String key, String... headers) {
        Http request = accounts.request(node, method, key, "");
        for (int i = 0; i < headers.length; i += 2) {
            request = request.header(headers[i], headers[i + 1]);
        }
        return method.equals("PUT") ? request.body("v") : request;
    }

    /** One answer of each kind, as a node gives them for a fresh key. */
    private List<Reply> ofEveryKind(String node, String... headers) {
        String key = TestCluster.newKey();
        List<Reply> all = new ArrayList<>();
        all.add(request("GET", node, key, headers).send().expect(404));
        all.add(request("PUT", node, key, headers).send().expect(204));
        String tag = all.get(1).header("ETag");
        all.add(request("GET", node, key, headers).send().expect(200));
        all.add(request("HEAD", node, key, headers).send().expect(200));
        all.add(request("GET", node, key, headers)
                .header("If-None-Match", tag)
                .send()
                .expect(304));
        all.add(request("GET", node, key, headers)
                .header("If-Match", "\"0.1\"")
                .send()
                .expect(412));
        all.add(request("PUT", node, key, headers)
                .header("If-Match", "\"0.1\"")
                .send()
                .expect(412));
        all.add(request("DELETE", node, key, headers)
                .header("If-None-Match", "*")
                .send()
                .expect(412));
        request("PUT", node, key, headers)
                .header("Idempotency-Key", "once-" + key)
                .send()
                .expect(204);
        all.add(request("PUT", node, key, headers)
                .header("Idempotency-Key", "once-" + key)
                .body("other")
                .send()
                .expect(409));
        all.add(request("DELETE", node, key, headers).send().expect(204));
        return all;
    }

    @Test
    void everyAnswerThatTheGroupDecidedSaysWhere() {
        for (String node : cluster.nodes()) {
            long last = 0;
            for (Reply reply : ofEveryKind(node)) {
                String as = node + " answers " + reply.status();
                assertThat(reply.result().keySet()).as(as).containsExactly(RESULT);
                assertThat(reply.result())
                        .as(as)
                        .containsEntry("mode", "leader")
                        .containsEntry("role", "leader")
                        .containsEntry("lag-ms", "0");
                long index = Long.parseLong(reply.result().getOrDefault("index", ""));
                assertThat(index).as(as).isGreaterThanOrEqualTo(last);
                last = index;
                assertThat(reply.header("Quorate-Leader")).as(as).isIn(cluster.nodes());
                assertThat(reply.header("Quorate-Session")).as(as).isNotEmpty();
                assertThat(reply.context()).as(as).isNotEmpty();
                assertThat(reply.find("Server-Timing")).as(as).isNull();
            }
        }
    }

    @Test
    void refusedConditionMovesTheSessionOnToTheVersionThatStoodInTheWay() throws DecodeException {
        String key = TestCluster.newKey();
        String tag = accounts.put("n1", key, "v").expect(204).header("ETag");
        for (String node : cluster.nodes()) {
            Reply refused = request("PUT", node, key, "If-Match", "\"0.1\"").send();
            refused.problem(412, "precondition-failed");
            assertThat(refused.header("ETag")).isEqualTo(tag);
            SessionToken.Seen seen =
                    SessionToken.parse(refused.header("Quorate-Session")).of(accounts.partition(key));
            assertThat(seen).isNotNull();
            assertThat(seen.index()).isEqualTo(Long.parseLong(refused.result().getOrDefault("index", "")));
            // Made of an entry of its own, behind that of the version.
            assertThat(seen.index()).isGreaterThan(Accounts.indexOf(refused));
            for (String other : cluster.nodes()) {
                assertThat(request("GET", other, key, "Quorate-Session", refused.header("Quorate-Session"))
                                .send()
                                .expect(200)
                                .header("ETag"))
                        .isEqualTo(tag);
            }
        }
    }

    @Test
    void timingNamesTheReplicaThatAnsweredWhenItIsAskedFor() {
        for (String node : cluster.nodes()) {
            for (Reply reply : ofEveryKind(node, "Quorate-Explain", "1")) {
                assertThat(reply.header("Server-Timing"))
                        .as("%s answers %d", node, reply.status())
                        .matches(reply.header("Quorate-Leader") + ";dur=[0-9]+\\.[0-9]{3}");
            }
            String key = TestCluster.newKey();
            Reply follower = accounts.request(node, "GET", key, "?level=FOLLOWER")
                    .header("Quorate-Explain", "1")
                    .send();
            assertThat(follower.header("Server-Timing")).startsWith(node + ";dur=");
        }
    }
}
