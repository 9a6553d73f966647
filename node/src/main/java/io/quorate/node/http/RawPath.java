package io.quorate.node.http;

import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The path of a request as it was sent: split at its slashes, nothing resolved, nothing normalised. */
final class RawPath {
    private RawPath() {}

    /** The segments after the first slash, still encoded. */
    static List<String> segments(String path) {
        List<String> segments = new ArrayList<>(6);
        int from = path.startsWith("/") ? 1 : 0;
        while (true) {
            int slash = path.indexOf('/', from);
            if (slash < 0) {
                segments.add(path.substring(from));
                return segments;
            }
            segments.add(path.substring(from, slash));
            from = slash + 1;
        }
    }

    /**
     * The bytes that a percent-encoded segment stands for; text that was not encoded stands for its UTF-8.
     *
     * @throws IllegalArgumentException where an escape is malformed; the message names it
     */
    static Bytes decode(String segment) {
        ByteSink out = new ByteSink(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
                int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new IllegalArgumentException("malformed percent-encoding '"
                            + segment.substring(i, Math.min(segment.length(), i + 3)) + "' at position " + i);
                }
                out.u8(high << 4 | low);
                i += 2;
            } else if (c < 0x80) {
                out.u8(c);
            } else {
                i += unencoded(out, segment, i);
            }
        }
        return out.toBytes();
    }

    private static int unencoded(ByteSink out, String segment, int at) {
        int point = segment.codePointAt(at);
        if (point == 0xfffd || Character.getType(point) == Character.SURROGATE) {
            throw new IllegalArgumentException("bytes that are no UTF-8 must be percent-encoded, at position " + at);
        }
        byte[] bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        out.raw(bytes, 0, bytes.length);
        return Character.charCount(point) - 1;
    }
}
