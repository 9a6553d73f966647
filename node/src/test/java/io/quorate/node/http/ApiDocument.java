package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The contract as a node serves it, and checks of answers against it. */
final class ApiDocument {
    private static final List<String> HEADERS = List.of(
            "Quorate-Context",
            "Quorate-Session",
            "Quorate-Result",
            "Quorate-Dot",
            "ETag",
            "Server-Timing",
            "Retry-After",
            "Allow");

    private final JsonNode root;

    private ApiDocument(JsonNode root) {
        this.root = root;
    }

    static ApiDocument of(TestCluster cluster) {
        Reply reply = Http.get(cluster.url("n1"), "/openapi.yaml").expect(200);
        assertThat(reply.header("Content-Type")).isEqualTo("application/yaml");
        try {
            return new ApiDocument(new YAMLMapper().readTree(reply.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode root() {
        return root;
    }

    JsonNode resolved(JsonNode node) {
        JsonNode found = node;
        while (found.has("$ref")) {
            String reference = found.path("$ref").asText();
            found = root.at(reference.substring(1));
            assertThat(found.isMissingNode()).as(reference).isFalse();
        }
        return found;
    }

    JsonNode operation(String method, String path) {
        JsonNode operation = root.path("paths").path(path).path(method);
        assertThat(operation.isObject()).as(method + " " + path).isTrue();
        return operation;
    }

    /** What is declared of the answer with a status; missing if it is not. */
    JsonNode response(String method, String path, int status) {
        return resolved(operation(method, path).path("responses").path("" + status));
    }

    /** The example of the answer 200, by its name if there are several; missing if there is none. */
    JsonNode example(String method, String path, String name) {
        JsonNode json = response(method, path, 200).path("content").path("application/json");
        return name.isEmpty()
                ? json.path("example")
                : json.path("examples").path(name).path("value");
    }

    List<String> errors(JsonNode schema, JsonNode value) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.set("components", root.path("components"));
        whole.putArray("allOf").add(schema);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole.toString(), InputFormat.JSON)
                .validate(value.toString(), InputFormat.JSON)
                .stream()
                .map(Error::toString)
                .toList();
    }

    /** The answer's status and headers are declared, and its body fits the schema declared for it. */
    void conforms(String method, String path, Reply reply) {
        String what = method + " " + path + ": " + reply;
        JsonNode response = response(method, path, reply.status());
        assertThat(response.isObject()).as("declared: " + what).isTrue();
        for (String name : HEADERS) {
            JsonNode header = resolved(response.path("headers").path(name));
            String value = reply.find(name);
            if (value == null) {
                assertThat(header.path("required").asBoolean())
                        .as("header " + name + " of " + what)
                        .isFalse();
            } else {
                assertThat(header.isObject())
                        .as("declared header " + name + ": " + what)
                        .isTrue();
                if (header.path("schema").path("type").asText().equals("string")) {
                    assertThat(errors(header.path("schema"), JsonNodeFactory.instance.textNode(value)))
                            .as(what)
                            .isEmpty();
                }
            }
        }
        body(response, reply, what);
    }

    private void body(JsonNode response, Reply reply, String what) {
        String type = reply.find("Content-Type");
        if (type == null || reply.body().length == 0) {
            return;
        }
        String bare = type.split(";", 2)[0];
        JsonNode content = response.path("content");
        JsonNode media = content.has(bare) ? content.path(bare) : content.path("*/*");
        assertThat(media.isObject()).as("media type of " + what).isTrue();
        if (bare.endsWith("json") && media.has("schema") && content.has(bare)) {
            assertThat(errors(media.path("schema"), reply.json())).as(what).isEmpty();
        }
        if (bare.equals("application/problem+json") && response.has("x-quorate-codes")) {
            List<String> codes = new ArrayList<>();
            response.path("x-quorate-codes").forEach(code -> codes.add(code.asText()));
            assertThat(codes).as(what).contains(reply.json().path("code").asText());
        }
    }

    /** What is shown has the fields of the example, in its order. */
    static void sameFields(String where, JsonNode example, JsonNode live) {
        if (example.isObject()) {
            List<String> wanted = new ArrayList<>();
            List<String> found = new ArrayList<>();
            example.fieldNames().forEachRemaining(wanted::add);
            live.fieldNames().forEachRemaining(found::add);
            assertThat(found).as(where).containsExactlyElementsOf(wanted);
            wanted.forEach(field -> sameFields(where + "." + field, example.path(field), live.path(field)));
        } else if (example.isArray() && !example.isEmpty() && !live.isEmpty()) {
            sameFields(where + "[0]", example.get(0), live.get(0));
        }
    }

    interface Visitor {
        void visit(String where, JsonNode node);
    }

    /** Shows all objects of the document. */
    void visit(Visitor visitor) {
        visit("", root, visitor);
    }

    private static void visit(String where, JsonNode node, Visitor visitor) {
        if (node.isObject()) {
            visitor.visit(where, node);
            node.properties().forEach(field -> visit(where + "/" + field.getKey(), field.getValue(), visitor));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                visit(where + "/" + i, node.get(i), visitor);
            }
        }
    }
}
