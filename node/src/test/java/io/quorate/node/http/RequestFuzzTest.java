package io.quorate.node.http;

import io.quorate.node.door.RefusedException;
import io.quorate.node.fixture.Fuzz;
import io.quorate.node.json.BucketJson;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Dot;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever a request says ends in a value or in a refusal that names what is wrong. */
final class RequestFuzzTest {
    private static String text(byte[] data) {
        return new String(data, StandardCharsets.ISO_8859_1);
    }

    @Test
    void mutatedQueries() {
        Set<String> allowed = Set.of("level", "r", "w", "timeout", "sloppy", "sibling");
        Fuzz.ofTexts(1, "level=QUORUM&timeout=250ms&sloppy=false", "r=2&timeout=2s", "w=3", "sibling=n1.5.a.7")
                .run(RefusedException.class, data -> {
                    Query query = new Query(text(data), allowed);
                    query.sloppy();
                    query.timeoutNanos();
                    query.strength("r");
                    query.strength("w");
                });
    }

    @Test
    void mutatedPaths() {
        Fuzz.ofTexts(2, "/v1/buckets/carts/keys/a%2Fb", "/v1/buckets/carts/keys/%F0%9F%98%80/explain", "//..//%2e%2e")
                .run(
                        IllegalArgumentException.class,
                        data -> RawPath.segments(text(data)).forEach(segment -> RawPath.decode(segment)));
        Fuzz.ofTexts(3, "/v1/k\u00e9y/\ud83d\ude00")
                .run(
                        IllegalArgumentException.class,
                        data -> RawPath.segments(new String(data, StandardCharsets.UTF_8))
                                .forEach(segment -> RawPath.decode(segment)));
    }

    @Test
    void mutatedHeaders() {
        Fuzz.ofTexts(
                        4,
                        "application/vnd.quorate.siblings+json, text/*;q=0.5, */*;q=0",
                        "multipart/mixed;boundary=x",
                        "W/\"abc\", \"def\"")
                .lenient()
                .run(RefusedException.class, data -> {
                    Accept accept = new Accept(text(data));
                    accept.wantsMultipart();
                    accept.takes("text/plain;charset=utf-8");
                    accept.takes(text(data));
                    Exchange.tags(text(data));
                });
    }

    @Test
    void mutatedNames() {
        Fuzz.ofTexts(5, Dot.parse("n1.5.a.7").map(Dot::toString).orElse("n1"), "QUORUM", "local_quorum", "n1")
                .lenient()
                .run(RefusedException.class, data -> {
                    Dot.parse(text(data));
                    ConsistencyLevel.parse(text(data));
                    NodeId.isValid(text(data));
                });
    }

    @Test
    void mutatedDefinitionsOfBuckets() {
        BucketJson json = new BucketJson(3);
        Fuzz.ofTexts(
                        6,
                        "{\"mode\":\"leaderless\",\"n\":3,\"read\":\"QUORUM\",\"write\":\"ONE\",\"sloppy\":false}",
                        "{\"mode\":\"leaderless\",\"conflicts\":\"siblings\",\"readRepair\":\"async\",\"maxSiblings\":100}",
                        "{\"mode\":\"leader\",\"n\":1e3,\"name\":\"x\"}",
                        "[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]")
                .run(RefusedException.class, data -> json.read("x", Json.readObject(data)));
    }
}
