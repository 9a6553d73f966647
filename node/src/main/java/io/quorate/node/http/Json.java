package io.quorate.node.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.ring.wire.ErrorCode;
import java.io.IOException;

/** Reads and writes JSON, bounded in depth and length. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(20)
                            .maxStringLength(10_000)
                            .maxNumberLength(30)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JSON object of a request's body. */
    static ObjectNode readObject(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new HttpProblem(
                    ErrorCode.BAD_REQUEST,
                    "the body is no JSON: "
                            + e.getOriginalMessage().lines().findFirst().orElse("it cannot be read"));
        } catch (IOException e) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, "the body cannot be read");
        }
        if (!(node instanceof ObjectNode object)) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, "the body must be a JSON object");
        }
        return object;
    }
}
