package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract that a node serves about itself holds for what it does. */
@ExtendWith(SharedCluster.class)
final class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "head", "put", "post", "delete", "patch", "options");
    private static final Set<String> ROUTES = Set.of(
            "get /v1/buckets",
            "get /v1/buckets/{bucket}",
            "put /v1/buckets/{bucket}",
            "delete /v1/buckets/{bucket}",
            "get /v1/buckets/{bucket}/keys/{key}",
            "head /v1/buckets/{bucket}/keys/{key}",
            "put /v1/buckets/{bucket}/keys/{key}",
            "delete /v1/buckets/{bucket}/keys/{key}",
            "get /v1/buckets/{bucket}/keys/{key}/explain",
            "get /v1/ring",
            "get /v1/groups",
            "post /v1/groups/{partition}/transfer",
            "get /v1/nodes",
            "get /v1/nodes/self",
            "get /v1/hints",
            "post /v1/hints/sync-point",
            "get /v1/hints/sync-point/{id}",
            "get /v1/anti-entropy",
            "post /v1/anti-entropy/run",
            "get /livez",
            "get /startupz",
            "get /readyz",
            "get /healthz/cluster",
            "get /metrics",
            "get /openapi.yaml",
            "get /v1/faults",
            "post /v1/faults",
            "delete /v1/faults");

    private final TestCluster cluster;
    private final ApiDocument api;
    private final JsonNode document;

    OpenApiTest(TestCluster cluster) {
        this.cluster = cluster;
        this.api = ApiDocument.of(cluster);
        this.document = api.root();
    }

    private void conforms(String method, String path, Reply reply) {
        api.conforms(method, path, reply);
    }

    @Test
    void documentListsExactlyTheRoutesThatThereAre() {
        Set<String> listed = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(field -> {
                    if (METHODS.contains(field)) {
                        listed.add(field + " " + path.getKey());
                    }
                }));
        assertThat(listed).containsExactlyInAnyOrderElementsOf(ROUTES);
    }

    @Test
    void everyRouteTakesItsMethodsAndRefusesAllOthers() {
        document.path("paths").properties().forEach(path -> {
            String target = path.getKey()
                    .replace("{bucket}", "no-such-bucket")
                    .replace("{key}", "k")
                    .replace("{partition}", "0");
            Set<String> listed = new TreeSet<>();
            for (String method : METHODS) {
                if (path.getValue().has(method)) {
                    listed.add(method.toUpperCase(Locale.ROOT));
                }
            }
            for (String method : METHODS) {
                String upper = method.toUpperCase(Locale.ROOT);
                Http request = Http.request(upper, cluster.url("n1"), target);
                Reply reply = (upper.startsWith("P") ? request.body("") : request).send();
                if (listed.contains(upper)) {
                    assertThat(reply.status()).as(upper + " " + target).isNotEqualTo(405);
                } else if (!upper.equals("HEAD")) {
                    reply.problem(405, "method-not-allowed");
                    Set<String> allowed =
                            new TreeSet<>(List.of(reply.header("Allow").split(", ", -1)));
                    if (!listed.contains("HEAD")) {
                        allowed.remove("HEAD");
                    }
                    assertThat(allowed).as(target).isEqualTo(listed);
                }
                if (reply.status() == 404 && !upper.equals("HEAD")) {
                    assertThat(reply.json().path("code").asText()).as(target).isNotEqualTo("no-such-route");
                }
            }
        });
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<JsonNode> references = document.findValues("$ref");
        assertThat(references).isNotEmpty();
        references.forEach(reference -> assertThat(
                        document.at(reference.asText().substring(1)).isMissingNode())
                .as(reference.asText())
                .isFalse());
    }

    @Test
    void everyExampleFitsItsSchema() {
        Map<String, List<String>> wrong = new LinkedHashMap<>();
        int[] checked = {0};
        api.visit((where, node) -> {
            if (node.has("schema") && node.has("example")) {
                checked[0]++;
                List<String> errors = api.errors(node.path("schema"), node.path("example"));
                if (!errors.isEmpty()) {
                    wrong.put(where, errors);
                }
            }
            if (node.has("schema") && node.has("examples")) {
                node.path("examples").properties().forEach(example -> {
                    checked[0]++;
                    JsonNode value = api.resolved(example.getValue()).path("value");
                    List<String> errors = api.errors(node.path("schema"), value);
                    if (!errors.isEmpty()) {
                        wrong.put(where + "/" + example.getKey(), errors);
                    }
                });
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(api.errors(document.at("/components/schemas/Problem"), JsonNodeFactory.instance.objectNode()))
                .as("a wrong value is noticed")
                .isNotEmpty();
        assertThat(checked[0]).isGreaterThan(30);
    }

    @Test
    void everyErrorIsAProblemWithTheCodesOfItsStatus() {
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        method.getValue().path("responses").properties().forEach(response -> {
                            int status = Integer.parseInt(response.getKey());
                            JsonNode answer = api.resolved(response.getValue());
                            if (status >= 400 && !answer.path("content").has("application/json")) {
                                assertThat(answer.path("content").has("application/problem+json"))
                                        .as(method.getKey() + " " + path.getKey() + " " + status)
                                        .isTrue();
                                for (JsonNode code : answer.path("x-quorate-codes")) {
                                    assertThat(io.quorate.ring.wire.ErrorCode.parse(code.asText())
                                                    .orElseThrow()
                                                    .status())
                                            .as(code.asText())
                                            .isEqualTo(status);
                                }
                            }
                        });
                    }
                }));
    }

    @Test
    void answersAboutKeysAreDeclared() {
        String path = "/v1/buckets/{bucket}/keys/{key}";
        String key = TestCluster.newKey();
        conforms("get", path, cluster.get("n1", key));
        Reply written = cluster.put("n1", key, "v").expect(204);
        conforms("put", path, written);
        conforms("get", path, cluster.get("n1", key).expect(200));
        conforms("head", path, cluster.request("n1", "HEAD", key, "").send());
        cluster.put("n1", key, "w").expect(204);
        conforms("get", path, cluster.get("n1", key).expect(300));
        conforms(
                "get",
                path,
                cluster.request("n1", "GET", key, "")
                        .header("Accept", "multipart/mixed")
                        .send());
        conforms("get", path, cluster.siblings("n1", key, ""));
        String tag = cluster.get("n1", key).header("ETag");
        conforms(
                "get",
                path,
                cluster.request("n1", "GET", key, "")
                        .header("If-None-Match", tag)
                        .send()
                        .expect(304));
        conforms(
                "get",
                path,
                cluster.request("n1", "GET", key, "")
                        .header("Quorate-Explain", "1")
                        .send());
        for (String query : new String[] {
            "?level=NO",
            "?level=ANY",
            "?level=SYNC",
            "?timeout=0",
            "?x=1",
            "?level=ONE&r=1",
            "?level=ONE&w=1",
            "?sloppy=true",
            "?r=9",
            "?w=9",
            "?sibling=n1-0-0000000000000001-1",
            "?sibling=x",
            "?timeout=1ms"
        }) {
            conforms("get", path, cluster.get("n1", key, query));
            conforms("put", path, cluster.put("n1", key, query, "v"));
            conforms("delete", path, cluster.delete("n1", TestCluster.newKey(), query));
        }
        for (String strange : new String[] {"", "%00", "%zz", "k".repeat(1025)}) {
            conforms("get", path, cluster.get("n1", strange));
            conforms("put", path, cluster.put("n1", strange, "v"));
            conforms("delete", path, cluster.delete("n1", strange, ""));
        }
        conforms("put", path, cluster.request("n1", "PUT", key, "").send());
        conforms(
                "put",
                path,
                cluster.request("n1", "PUT", key, "")
                        .body(new byte[(1 << 20) + 1])
                        .send());
        for (String[] header : new String[][] {
            {"If-Match", "\"1\""},
            {"If-None-Match", "*"},
            {"Quorate-TTL", "1s"},
            {"Quorate-Session", "x"},
            {"Quorate-Context", "x"},
            {"Idempotency-Key", "x".repeat(65)},
            {"Idempotency-Key", "once"}
        }) {
            conforms(
                    "put",
                    path,
                    cluster.request("n1", "PUT", key, "")
                            .header(header[0], header[1])
                            .body("v")
                            .send());
            conforms(
                    "delete",
                    path,
                    cluster.request("n1", "DELETE", TestCluster.newKey(), "")
                            .header(header[0], header[1])
                            .send());
        }
        conforms(
                "put",
                path,
                cluster.request("n1", "PUT", key, "")
                        .header("Idempotency-Key", "once")
                        .body("other")
                        .send()
                        .expect(409));
        conforms(
                "get",
                path,
                cluster.request("n1", "GET", TestCluster.newKey(), "")
                        .header("X", "x".repeat(30_000))
                        .send());
        conforms("delete", path, cluster.delete("n1", key, "").expect(204));
        conforms("get", path + "/explain", Http.get(cluster.url("n1"), TestCluster.target(key, "/explain")));
        conforms("get", path, Http.get(cluster.url("n1"), "/v1/buckets/nothing/keys/k"));
        conforms("get", path, Http.get(cluster.url("n1"), "/v1/buckets/NOTHING/keys/k"));
    }

    @Test
    void answersAboutBucketsAreDeclared() {
        String path = "/v1/buckets/{bucket}";
        String url = cluster.url("n1");
        conforms("get", "/v1/buckets", Http.get(url, "/v1/buckets"));
        conforms("get", path, Http.get(url, "/v1/buckets/carts").expect(200));
        conforms("get", path, Http.get(url, "/v1/buckets/nothing").expect(404));
        conforms("get", path, Http.get(url, "/v1/buckets/NOTHING").expect(400));
        for (String json : new String[] {
            "{\"mode\":\"leaderless\"}",
            "{\"mode\":\"leaderless\",\"maxSiblings\":4}",
            "{\"mode\":\"leaderless\",\"n\":1}",
            "{\"mode\":\"leaderless\",\"n\":9}",
            "{\"mode\":\"leader\"}",
            "{\"mode\":\"leader\",\"sloppy\":true}",
            "{\"mode\":\"leaderless\",\"read\":\"SYNC\"}",
            "{\"mode\":\"leaderless\",\"read\":\"LOCAL_ONE\"}",
            "{}",
            "no json"
        }) {
            conforms(
                    "put",
                    path,
                    Http.request("PUT", url, "/v1/buckets/declared").json(json).send());
        }
        conforms(
                "delete",
                path,
                Http.request("DELETE", url, "/v1/buckets/declared").send().expect(202));
        conforms(
                "delete",
                path,
                Http.request("DELETE", url, "/v1/buckets/declared").send().expect(404));
        for (int status : new int[] {201, 200}) {
            conforms(
                    "put",
                    path,
                    Http.request("PUT", url, "/v1/buckets/declared")
                            .json("{\"mode\":\"leader\",\"read\":\"lease\",\"write\":\"SYNC\"}")
                            .send()
                            .expect(status));
        }
        conforms("get", path, Http.get(url, "/v1/buckets/declared").expect(200));
        conforms("get", "/v1/buckets", Http.get(url, "/v1/buckets").expect(200));
        Http.request("DELETE", url, "/v1/buckets/declared").send().expect(202);
    }

    @Test
    void answersAboutTheClusterAreDeclaredAndLookLikeTheirExamples() {
        String url = cluster.url("n1");
        cluster.put("n1", TestCluster.newKey(), "v").expect(204);
        for (String path : new String[] {
            "/v1/ring",
            "/v1/nodes",
            "/v1/nodes/self",
            "/livez",
            "/startupz",
            "/readyz",
            "/healthz/cluster",
            "/v1/faults",
            "/v1/buckets",
            "/metrics",
            "/openapi.yaml"
        }) {
            Reply reply = Http.get(url, path).expect(200);
            conforms("get", path, reply);
            conforms("get", path, Http.get(url, path + "?x=1"));
            JsonNode example = api.example("get", path, "");
            if (!example.isMissingNode()) {
                ApiDocument.sameFields(path, example, reply.json());
            }
        }
        String path = "/v1/buckets/{bucket}/keys/{key}/explain";
        Reply explained = Http.get(url, TestCluster.target("k", "/explain")).expect(200);
        conforms("get", path, explained);
        ApiDocument.sameFields("explain", api.example("get", path, "leaderless"), explained.json());
    }

    @Test
    void answersAboutFaultsAreDeclared() {
        String url = cluster.url("n1");
        conforms(
                "post",
                "/v1/faults",
                cluster.fault("n1", "{\"delay\":{\"node\":\"n1\",\"ms\":0}}").expect(200));
        conforms("post", "/v1/faults", cluster.fault("n1", "{}").expect(400));
        conforms(
                "delete",
                "/v1/faults",
                Http.request("DELETE", url, "/v1/faults").send().expect(200));
    }
}
