package io.quorate.client.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.quorate.ring.bytes.Bytes;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Prints data on one stream and notes, one line each, on the other. All text is UTF-8. */
final class Printer {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Streams streams;
    private final boolean json;

    Printer(Streams streams, boolean json) {
        this.streams = streams;
        this.json = json;
    }

    boolean isJson() {
        return json;
    }

    /** A line for people; line breaks within become spaces. */
    void note(String text) {
        write(streams.err(), TextCells.onOneLine(text) + "\n");
        streams.err().flush();
    }

    /** The bytes and nothing else. */
    void raw(Bytes data) {
        streams.out().write(data.unsafeArray(), 0, data.length());
    }

    void line(String text) {
        write(streams.out(), text + "\n");
    }

    void json(JsonNode tree) {
        try {
            line(MAPPER.writeValueAsString(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree that cannot be written", e);
        }
    }

    /** Reads JSON that the store made. */
    JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the transport gave no JSON", e);
        }
    }

    /** Columns as wide as their widest cell, under a head. */
    void table(List<String> head, List<List<String>> rows) {
        TextCells.table(head, rows).forEach(this::line);
    }

    private static void write(PrintStream stream, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        stream.write(utf8, 0, utf8.length);
    }
}
