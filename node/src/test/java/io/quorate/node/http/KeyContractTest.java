package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One key, one value: what goes in comes out, under any name, with the headers of the contract. */
@ExtendWith(SharedCluster.class)
final class KeyContractTest {
    private static final int VALUE_MAX = 1 << 20;

    private final TestCluster cluster;

    KeyContractTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void neverWrittenKeyIsNotFoundAndGivesAContext() {
        Reply reply = cluster.get("n1", TestCluster.newKey());

        reply.problem(404, "not-found");
        assertThat(reply.context()).matches("[A-Za-z0-9_-]{1,8192}");
        assertThat(reply.result()).containsEntry("siblings", "0").containsEntry("need", "2");
    }

    @Test
    void keyOfAMissingBucketIsToldApartFromAMissingKey() {
        Http.get(cluster.url("n1"), "/v1/buckets/nothing/keys/k").problem(404, "no-such-bucket");
        Http.request("PUT", cluster.url("n1"), "/v1/buckets/nothing/keys/k")
                .body("x")
                .send()
                .problem(404, "no-such-bucket");
    }

    @Test
    void writeAnswersWithContextResultAndTag() {
        Reply reply = cluster.put("n1", TestCluster.newKey(), "v");

        reply.expect(204);
        assertThat(reply.context()).matches("[A-Za-z0-9_-]{1,8192}");
        assertThat(reply.header("ETag")).matches("\"[^\"]+\"");
        assertThat(reply.result().keySet())
                .containsExactly("mode", "level", "need", "acked", "homes", "hinted", "repaired", "siblings", "epoch");
        assertThat(reply.result())
                .containsEntry("mode", "leaderless")
                .containsEntry("level", "QUORUM")
                .containsEntry("need", "2")
                .containsEntry("siblings", "1");
        assertThat(Integer.parseInt(reply.result().getOrDefault("acked", ""))).isBetween(2, 3);
        assertThat(reply.result().get("homes")).isEqualTo(reply.result().get("acked"));
    }

    @Test
    void readAnswersTheValueWithContextResultAndTheTagOfTheWrite() {
        String key = TestCluster.newKey();
        // On all homes, so that whichever the read asks has nothing to be repaired.
        Reply written = cluster.put("n2", key, "?level=ALL", "value").expect(204);

        Reply read = cluster.get("n3", key).expect(200);

        assertThat(read.text()).isEqualTo("value");
        assertThat(read.header("ETag")).isEqualTo(written.header("ETag"));
        assertThat(read.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(read.header("Content-Length")).isEqualTo("5");
        assertThat(read.context()).isNotEmpty();
        assertThat(read.result()).containsEntry("siblings", "1").containsEntry("repaired", "0");
        assertThat(read.result().keySet())
                .containsExactly("mode", "level", "need", "acked", "homes", "hinted", "repaired", "siblings", "epoch");
    }

    @Test
    void tagChangesWithTheValueAndIsTheSameEverywhere() {
        String key = TestCluster.newKey();
        Reply first = cluster.put("n1", key, "a");
        cluster.putOver("n1", key, first.context(), "b").expect(204);

        String tag = cluster.get("n1", key, "?level=ALL").header("ETag");

        assertThat(tag).isNotEqualTo(first.header("ETag"));
        assertThat(cluster.get("n2", key).header("ETag")).isEqualTo(tag);
        assertThat(cluster.get("n3", key).header("ETag")).isEqualTo(tag);
    }

    @Test
    void headAnswersAsAGetWithoutItsBody() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "value").expect(204);

        Reply get = cluster.get("n1", key);
        Reply head = cluster.request("n1", "HEAD", key, "").send().expect(200);

        assertThat(head.body()).isEmpty();
        for (String name : new String[] {"ETag", "Quorate-Context", "Content-Type", "Content-Length"}) {
            assertThat(head.header(name)).as(name).isEqualTo(get.header(name));
        }
        assertThat(head.result()).containsEntry("siblings", "1");

        Reply missing =
                cluster.request("n1", "HEAD", TestCluster.newKey(), "").send().expect(404);
        assertThat(missing.context()).isNotEmpty();
    }

    @Test
    void deleteLeavesAKeyNotFoundWithAContextThatCoversIt() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "v").expect(204);

        Reply deleted = cluster.delete("n2", key, "").expect(204);

        assertThat(deleted.context()).isNotEmpty();
        assertThat(deleted.result()).containsEntry("siblings", "0");
        Reply read = cluster.get("n3", key);
        read.problem(404, "not-found");
        cluster.putOver("n1", key, read.context(), "again").expect(204);
        assertThat(cluster.get("n2", key).expect(200).text()).isEqualTo("again");
    }

    @Test
    void deleteOfAMissingKeyIsDone() {
        String key = TestCluster.newKey();
        assertThat(cluster.delete("n1", key, "").expect(204).context()).isNotEmpty();
        cluster.get("n1", key).problem(404, "not-found");
    }

    @Test
    void emptyValueIsAValue() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "").expect(204);
        Reply read = cluster.get("n2", key).expect(200);
        assertThat(read.body()).isEmpty();
        assertThat(read.header("Content-Length")).isEqualTo("0");
    }

    @Test
    void emptyKeyIsRefused() {
        assertThat(cluster.put("n1", "", "x")
                        .problem(400, "bad-key")
                        .path("detail")
                        .asText())
                .contains("empty");
        cluster.get("n1", "").problem(400, "bad-key");
    }

    @Test
    void keyMayHave1024BytesAndNotOneMore() {
        String longest = "k".repeat(1024);
        cluster.put("n1", longest, "long").expect(204);
        assertThat(cluster.get("n2", longest).expect(200).text()).isEqualTo("long");
        String encoded = "%f0".repeat(1024);
        cluster.put("n1", encoded, "long").expect(204);
        assertThat(cluster.get("n3", encoded).expect(200).text()).isEqualTo("long");

        for (String method : new String[] {"PUT", "GET", "DELETE"}) {
            Http request = cluster.request("n1", method, "k".repeat(1025), "");
            Reply reply = (method.equals("PUT") ? request.body("x") : request).send();
            assertThat(reply.problem(414, "key-too-long").path("detail").asText())
                    .contains("1025")
                    .contains("1024");
        }
    }

    @Test
    void nulByteInAKeyIsRefused() {
        cluster.put("n1", "a%00b", "x").problem(400, "bad-key");
        cluster.get("n1", "a%00b").problem(400, "bad-key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "..",
                "%2E",
                "%2e%2E",
                "a%2F%2Fb",
                "%2F",
                "a;p=1",
                "a%25b",
                "%20two%20%20spaces%20",
                "a+b",
                "%F0%9F%A6%91",
                "%ff%fe%80",
                "%C3%28",
                "a%3Fb%23c",
                "%0D%0A",
                "explain",
                "~!$&'()*,;=:@",
                "..;",
                "%5C..%5C",
                "%7f%01"
            })
    void anyBytesAreAKey(String encoded) {
        String value = "value of " + encoded;
        Reply old = cluster.get("n1", encoded);
        Reply written = cluster.putOver("n1", encoded, old.context(), value).expect(204);

        assertThat(cluster.get("n2", encoded).expect(200).text()).isEqualTo(value);
        assertThat(Http.get(cluster.url("n3"), TestCluster.target(encoded, "/explain"))
                        .expect(200)
                        .json()
                        .path("merged")
                        .path("siblings")
                        .asInt())
                .isEqualTo(1);
        cluster.request("n3", "DELETE", encoded, "")
                .header("Quorate-Context", written.context())
                .send()
                .expect(204);
        cluster.get("n1", encoded).problem(404, "not-found");
    }

    @Test
    void differentBytesAreDifferentKeysAndEqualBytesTheSame() {
        String name = TestCluster.newKey();
        cluster.put("n1", name + "%2F%2E", "one").expect(204);
        cluster.put("n1", name + "%2F%2E%2E", "two").expect(204);
        cluster.put("n1", name + "%2Fa", "three").expect(204);
        cluster.put("n1", name + "%2FA", "four").expect(204);

        assertThat(cluster.get("n2", name + "%2f.").expect(200).text()).isEqualTo("one");
        assertThat(cluster.get("n2", name + "%2f..").expect(200).text()).isEqualTo("two");
        assertThat(cluster.get("n2", name + "%2f%61").expect(200).text()).isEqualTo("three");
        assertThat(cluster.get("n2", name + "%2f%41").expect(200).text()).isEqualTo("four");
    }

    @Test
    void unencodedTextIsTheKeyOfItsBytes() {
        String name = TestCluster.newKey();
        cluster.put("n1", name + "é🦑", "accent").expect(204);
        assertThat(cluster.get("n2", name + "%C3%A9%F0%9F%A6%91").expect(200).text())
                .isEqualTo("accent");
        cluster.get("n2", name + "%E9%91").problem(404, "not-found");
    }

    @Test
    void unencodedBytesThatAreNoTextAreRefusedInsteadOfMixedUp() throws Exception {
        Reply reply = Http.raw(
                cluster.url("n1"),
                "GET " + TestCluster.target("a\u00ff\u00feb", "")
                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(reply.status()).isEqualTo(400);
        reply.problem(400, reply.json().path("code").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%", "a%2", "a%zz", "%%41", "a%2gb", "%u0041", "%-1x"})
    void malformedPercentEncodingIsRefused(String key) {
        cluster.get("n1", key).problem(400, "bad-key");
        cluster.put("n1", key, "x").problem(400, "bad-key");
    }

    @Test
    void slashIsNoPartOfAKeyUnlessEncoded() {
        cluster.get("n1", "a/b").problem(404, "no-such-route");
        cluster.get("n1", "a//b").problem(404, "no-such-route");
    }

    @Test
    void valueMayBeAsLargeAsTheLimitAndNotOneByteMore() {
        String key = TestCluster.newKey();
        byte[] largest = new byte[VALUE_MAX];
        Arrays.fill(largest, (byte) 0xa7);
        cluster.request("n1", "PUT", key, "?timeout=20s").body(largest).send().expect(204);
        assertThat(cluster.get("n2", key, "?timeout=20s").expect(200).body()).isEqualTo(largest);

        String other = TestCluster.newKey();
        Reply refused = cluster.request("n1", "PUT", other, "")
                .body(new byte[VALUE_MAX + 1])
                .send();
        assertThat(refused.problem(413, "value-too-large").path("detail").asText())
                .contains("1048576")
                .contains("1048577");
        cluster.get("n1", other).problem(404, "not-found");
    }

    @Test
    void chunkedValueIsTakenUpToTheLimit() {
        String key = TestCluster.newKey();
        cluster.request("n1", "PUT", key, "")
                .body("in two pieces")
                .chunked()
                .send()
                .expect(204);
        assertThat(cluster.get("n2", key).text()).isEqualTo("in two pieces");

        cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .body(new byte[VALUE_MAX + 1])
                .chunked()
                .send()
                .problem(413, "value-too-large");

        String empty = TestCluster.newKey();
        cluster.request("n1", "PUT", empty, "").body("").chunked().send().expect(204);
        assertThat(cluster.get("n2", empty).expect(200).body()).isEmpty();
    }

    @Test
    void writeWithoutALengthIsRefused() {
        cluster.request("n1", "PUT", TestCluster.newKey(), "").send().problem(411, "length-required");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/json; charset=utf-8", "image/png", "x/y;a=\"b, c\"", "a"})
    void contentTypeIsKept(String type) {
        String key = TestCluster.newKey();
        cluster.request("n1", "PUT", key, "")
                .header("Content-Type", type)
                .body("{}")
                .send()
                .expect(204);
        assertThat(cluster.get("n3", key).header("Content-Type")).isEqualTo(type);
    }

    @Test
    void contentTypeThatIsTooLongIsRefused() {
        cluster.request("n1", "PUT", TestCluster.newKey(), "")
                .header("Content-Type", "text/" + "x".repeat(300))
                .body("v")
                .send()
                .problem(400, "bad-request");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, 200",
        "text/*, 200",
        "*/*, 200",
        "image/png, 406",
        "'image/png, */*;q=0.1', 200",
        "text/plain;q=0, 406",
        "application/vnd.quorate.siblings+json, 200"
    })
    void acceptDecidesWhetherAValueCanBeAnswered(String accept, int status) {
        String key = TestCluster.newKey();
        cluster.request("n1", "PUT", key, "")
                .header("Content-Type", "text/plain")
                .body("v")
                .send()
                .expect(204);
        Reply reply = cluster.request("n1", "GET", key, "")
                .header("Accept", accept)
                .send()
                .expect(status);
        if (status == 406) {
            reply.problem(406, "not-acceptable");
        }
        assertThat(reply.context()).isNotEmpty();
    }

    @Test
    void explainNamesHomesAndWhatEachReplicaHas() {
        String key = TestCluster.newKey();
        cluster.put("n1", key, "?level=ALL", "v").expect(204);

        Reply reply =
                Http.get(cluster.url("n2"), TestCluster.target(key, "/explain")).expect(200);

        assertThat(reply.json().path("homes")).hasSize(3);
        assertThat(reply.json().path("token").asText()).matches("[0-9a-f]{16}");
        assertThat(reply.json().path("partition").asInt()).isBetween(0, 15);
        assertThat(reply.json().path("replicas")).hasSize(3).allSatisfy(replica -> {
            assertThat(replica.path("result").asText()).isEqualTo("value");
            assertThat(replica.path("home").asBoolean()).isTrue();
            assertThat(replica.path("dots")).hasSize(1);
            assertThat(replica.path("ms").isNumber()).isTrue();
        });
        assertThat(reply.json().path("merged").path("siblings").asInt()).isEqualTo(1);
        assertThat(reply.json().path("merged").path("dots")).hasSize(1);
        assertThat(reply.json().path("repair")).isEmpty();

        Http.get(cluster.url("n1"), TestCluster.target(TestCluster.newKey(), "/explain"))
                .expect(200)
                .json()
                .path("replicas")
                .forEach(replica -> assertThat(replica.path("result").asText()).isEqualTo("absent"));
    }

    @Test
    void explainHeaderAddsTimingsOfTheReplicas() {
        String key = TestCluster.newKey();
        Reply written = cluster.request("n1", "PUT", key, "?level=ALL")
                .header("Quorate-Explain", "1")
                .body("v")
                .send()
                .expect(204);
        assertThat(written.header("Server-Timing").split(", ", -1))
                .hasSize(3)
                .allSatisfy(metric -> assertThat(metric).matches("n[123];dur=[0-9]+\\.[0-9]+(;desc=\".*\")?"));
        Reply read = cluster.request("n1", "GET", key, "")
                .header("Quorate-Explain", "1")
                .send();
        assertThat(read.header("Server-Timing")).contains(";dur=");
        assertThat(cluster.get("n1", key).find("Server-Timing")).isNull();
    }

    @Test
    void valuesOfTextRoundTripByteForByte() {
        String key = TestCluster.newKey();
        byte[] value = new byte[256];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        cluster.request("n1", "PUT", key, "").body(value).send().expect(204);
        assertThat(cluster.get("n1", key).body()).isEqualTo(value);
        assertThat(new String(value, StandardCharsets.ISO_8859_1)).hasSize(256);
    }
}
