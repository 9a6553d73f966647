package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.data.Sibling;
import io.quorate.ring.bytes.Bytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The body of every successful read: {@code application/vnd.quorate.siblings+json}. */
record SiblingsJson(Optional<String> context, List<Sibling> siblings) {

    /**
     * Reads a body.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static SiblingsJson read(Bytes body) {
        JsonNode json = Json.tryRead(body).orElseThrow(() -> new IllegalArgumentException("the answer is no JSON"));
        if (!json.path("siblings").isArray()) {
            throw new IllegalArgumentException("the answer has no list of siblings");
        }
        List<Sibling> siblings = new ArrayList<>();
        for (JsonNode sibling : json.path("siblings")) {
            siblings.add(new Sibling(
                    text(sibling, "dot"),
                    text(sibling, "contentType"),
                    instant(text(sibling, "written")),
                    Bytes.wrap(Base64.getDecoder().decode(text(sibling, "value")))));
        }
        JsonNode context = json.path("context");
        return new SiblingsJson(context.isTextual() ? Optional.of(context.textValue()) : Optional.empty(), siblings);
    }

    private static String text(JsonNode sibling, String field) {
        JsonNode value = sibling.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("a sibling has no text field '" + field + "'");
        }
        return value.textValue();
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a sibling was written at '" + text + "', which is no time", e);
        }
    }
}
