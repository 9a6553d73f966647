package io.quorate.client.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.ring.bytes.Bytes;
import java.io.IOException;
import java.util.Optional;

/** Reading and writing JSON bodies. */
final class Json {
    static final String MEDIA_TYPE = "application/json";

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** Reads a body; empty if it is no JSON. */
    static Optional<JsonNode> tryRead(Bytes body) {
        try {
            return Optional.of(MAPPER.readTree(body.unsafeArray()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Bytes write(JsonNode json) {
        try {
            return Bytes.wrap(MAPPER.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree that cannot be written", e);
        }
    }
}
