package io.quorate.client.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.ring.bytes.Bytes;
import java.io.IOException;
import java.util.Optional;

/**
 * Reading and writing JSON bodies. Trees are built here and not by an {@code ObjectMapper}: making the first one takes a
 * tenth of a second and more, and would hold up all calls of a client in the middle of its first error.
 */
final class Json {
    static final String MEDIA_TYPE = "application/json";

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEPTH_MAX = 64;

    private Json() {}

    /** Reads a body; empty if it is no JSON, or nested deeper than any answer of the contract. */
    static Optional<JsonNode> tryRead(Bytes body) {
        try (JsonParser parser = FACTORY.createParser(body.unsafeArray())) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return Optional.empty();
            }
            JsonNode tree = read(parser, first, 0);
            return parser.nextToken() == null ? Optional.of(tree) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Bytes write(JsonNode json) {
        return Bytes.ofUtf8(json.toString());
    }

    private static JsonNode read(JsonParser parser, JsonToken token, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new IOException("nested deeper than " + DEPTH_MAX);
        }
        return switch (token) {
            case START_OBJECT -> object(parser, depth);
            case START_ARRAY -> array(parser, depth);
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new IOException("unexpected " + token);
        };
    }

    private static JsonNode integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private static JsonNode object(JsonParser parser, int depth) throws IOException {
        ObjectNode object = NODES.objectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            object.set(name, read(parser, parser.nextToken(), depth + 1));
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw new IOException("an object without end");
        }
        return object;
    }

    private static JsonNode array(JsonParser parser, int depth) throws IOException {
        ArrayNode array = NODES.arrayNode();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                throw new IOException("an array without end");
            }
            array.add(read(parser, token, depth + 1));
        }
        return array;
    }
}
