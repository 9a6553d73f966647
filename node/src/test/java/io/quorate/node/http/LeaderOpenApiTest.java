package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract that a node serves about itself holds for what it does in leader mode. */
@ExtendWith(SharedCluster.class)
final class LeaderOpenApiTest {
    private final TestCluster cluster;
    private final Accounts accounts;
    private final ApiDocument api;

    LeaderOpenApiTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
        this.api = ApiDocument.of(cluster);
    }

    @Test
    void answersAboutKeysOfLeaderBucketsAreDeclared() {
        String path = "/v1/buckets/{bucket}/keys/{key}";
        String key = TestCluster.newKey();
        api.conforms("get", path, accounts.get("n1", key).expect(404));
        Reply written = accounts.put("n1", key, "?level=SYNC&timeout=10s", "v").expect(204);
        api.conforms("put", path, written);
        api.conforms("get", path, accounts.get("n1", key).expect(200));
        api.conforms(
                "head", path, accounts.request("n1", "HEAD", key, "").send().expect(200));
        api.conforms("get", path, accounts.siblings("n1", key));
        for (String query : new String[] {
            "?level=LEASE",
            "?level=FOLLOWER&max-lag=1s",
            "?level=LEASE&max-lag=1s",
            "?level=ASYNC",
            "?level=QUORUM",
            "?level=LOCAL_ONE",
            "?level=NO",
            "?max-lag=x",
            "?r=1",
            "?w=1",
            "?sloppy=true",
            "?timeout=1ms",
            "?x=1",
            "?sibling=n1-0-0000000000000001-1"
        }) {
            api.conforms("get", path, accounts.get("n1", key, query));
            api.conforms("put", path, accounts.put("n1", TestCluster.newKey(), query, "v"));
            api.conforms(
                    "delete",
                    path,
                    accounts.request("n1", "DELETE", TestCluster.newKey(), query)
                            .send());
        }
        for (String[] header : new String[][] {
            {"If-Match", written.header("ETag")},
            {"If-Match", "\"0.1\""},
            {"If-Match", "*"},
            {"If-Match", "1"},
            {"If-None-Match", written.header("ETag")},
            {"If-None-Match", "\"0.1\""},
            {"If-None-Match", "*"},
            {"Quorate-Session", written.header("Quorate-Session")},
            {"Quorate-Session", "x"},
            {"Quorate-Context", "x"},
            {"Accept", "image/png"},
            {"Idempotency-Key", "once-led"}
        }) {
            for (String method : new String[] {"GET", "HEAD"}) {
                Reply reply = accounts.request("n2", method, key, "")
                        .header(header[0], header[1])
                        .send();
                api.conforms(method.toLowerCase(Locale.ROOT), path, reply);
            }
            String other = TestCluster.newKey();
            accounts.put("n1", other, "v").expect(204);
            for (String method : new String[] {"PUT", "DELETE"}) {
                Http request = accounts.request("n2", method, other, "").header(header[0], header[1]);
                api.conforms(
                        method.toLowerCase(Locale.ROOT),
                        path,
                        (method.equals("PUT") ? request.body("w") : request).send());
            }
        }
        api.conforms("delete", path, accounts.delete("n1", TestCluster.newKey()).expect(204));
        Awaitility.await("all replicas have the key")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> accounts.explain("n1", key).findValues("etag").size() == 3);
        Reply explained =
                Http.get(cluster.url("n1"), Accounts.target(key, "/explain")).expect(200);
        api.conforms("get", path + "/explain", explained);
        ApiDocument.sameFields("explain", api.example("get", path + "/explain", "leader"), explained.json());
    }

    @Test
    void answersAboutGroupsAreDeclared() {
        String path = "/v1/groups/{partition}/transfer";
        JsonNode example = api.example("get", "/v1/groups", "").path("groups");
        Set<String> seen = new TreeSet<>();
        for (String node : cluster.nodes()) {
            api.conforms("get", "/v1/groups", Http.get(cluster.url(node), "/v1/groups"));
            for (JsonNode group : cluster.groups(node)) {
                boolean leads = group.path("role").asText().equals("leader");
                ApiDocument.sameFields("groups", example.get(leads ? 0 : 1), group);
                seen.add(leads ? "leader" : "other");
                String target = "/v1/groups/" + group.path("partition").asInt() + "/transfer?to=" + node;
                api.conforms(
                        "post",
                        path,
                        Http.request("POST", cluster.url(node), target).send());
            }
        }
        assertThat(seen).containsExactly("leader", "other");
        api.conforms(
                "get",
                "/v1/groups",
                Http.get(cluster.url("n1"), "/v1/groups?x=1").expect(400));
        for (String target : new String[] {"0/transfer", "0/transfer?to=n9", "16/transfer?to=n1", "x/transfer?to=n1"}) {
            api.conforms(
                    "post",
                    path,
                    Http.request("POST", cluster.url("n1"), "/v1/groups/" + target)
                            .send()
                            .expect(400));
        }
    }
}
