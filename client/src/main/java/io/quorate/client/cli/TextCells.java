package io.quorate.client.cli;

import io.quorate.ring.bytes.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lays text out for a terminal. */
final class TextCells {
    private static final int VALUE_SHOWN_CHARS = 60;

    private TextCells() {}

    /** The value as text if it is printable UTF-8, cut if long. */
    static Optional<String> printable(Bytes value) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(value.unsafeArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
        if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r')) {
            return Optional.empty();
        }
        return Optional.of(text);
    }

    static String cell(Bytes value) {
        return printable(value)
                .map(TextCells::onOneLine)
                .map(text -> text.length() <= VALUE_SHOWN_CHARS
                        ? text
                        : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, VALUE_SHOWN_CHARS)))
                                + "...")
                .orElse("(not text)");
    }

    /** Control characters, which could move the cursor, become spaces. */
    static String onOneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    static List<String> table(List<String> head, List<List<String>> rows) {
        int[] widths = new int[head.size()];
        List<List<String>> lines = new ArrayList<>();
        lines.add(head);
        lines.addAll(rows);
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        List<String> text = new ArrayList<>();
        for (List<String> line : lines) {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                out.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            text.add(out.toString().stripTrailing());
        }
        return text;
    }
}
