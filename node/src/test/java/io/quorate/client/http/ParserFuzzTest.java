package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.http.engine.WireReply;
import io.quorate.node.fixture.Fuzz;
import io.quorate.ring.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever a server answers, the client reads it or says that it breaks the contract. */
final class ParserFuzzTest {
    private static final Exchange WRITE = Exchange.plain("PUT", "/v1/buckets/carts", Duration.ofSeconds(1));

    private static JsonNode json(byte[] data) {
        return Json.tryRead(Bytes.wrap(data)).orElseThrow(() -> new IllegalArgumentException("no JSON"));
    }

    @Test
    void mutatedResults() {
        Fuzz.ofTexts(
                        1,
                        "mode=leaderless, level=QUORUM, need=2, acked=3, homes=2, hinted=1, repaired=0, siblings=1, epoch=7",
                        "mode=\"a\\\"b\";p=1, need=99999999999999999999, level=(a b), x")
                .lenient()
                .run(
                        IllegalArgumentException.class,
                        data -> ResultHeader.parse(new String(data, StandardCharsets.ISO_8859_1)));
    }

    @Test
    void mutatedSiblings() {
        Fuzz.ofTexts(
                        2,
                        "{\"context\":\"abc\",\"siblings\":[{\"dot\":\"n1.1.2.3\",\"contentType\":\"text/plain\",\"size\":3,"
                                + "\"written\":\"2026-01-02T03:04:05Z\",\"value\":\"YWJj\"}]}",
                        "{\"siblings\":[]}")
                .run(IllegalArgumentException.class, data -> SiblingsJson.read(Bytes.wrap(data)));
    }

    @Test
    void mutatedBuckets() {
        Fuzz.ofTexts(
                        3,
                        "{\"buckets\":[{\"name\":\"carts\",\"mode\":\"leaderless\",\"n\":3,\"read\":\"QUORUM\",\"write\":\"QUORUM\","
                                + "\"sloppy\":false,\"conflicts\":\"siblings\",\"readRepair\":\"blocking\",\"maxSiblings\":100}]}",
                        "[{\"mode\":\"leader\"}]")
                .run(RuntimeException.class, data -> {
                    try {
                        BucketJson.readList(json(data));
                    } catch (IllegalArgumentException | RequestRefusedException e) {
                        throw e;
                    } catch (RuntimeException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    @Test
    void mutatedProblems() {
        List<String> headers = List.of("Content-Type", "application/problem+json");
        Fuzz.ofTexts(
                        4,
                        "{\"type\":\"/problems/timeout\",\"title\":\"t\",\"status\":504,\"code\":\"timeout\",\"detail\":\"d\","
                                + "\"outcome\":\"maybe-applied\",\"need\":2,\"acked\":1,\"level\":\"QUORUM\",\"epoch\":1,"
                                + "\"partition\":3,\"replicas\":[{\"node\":\"n3\",\"result\":\"acked\"}]}")
                .lenient()
                .run(IllegalArgumentException.class, data -> {
                    int[] statuses = {400, 404, 412, 503, 504, 507, 599};
                    int status = statuses[data.length % statuses.length];
                    Problems.read(new Answer(new WireReply(status, headers, Bytes.wrap(data)), List.of()), WRITE);
                });
    }
}
