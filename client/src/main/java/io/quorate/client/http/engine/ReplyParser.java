package io.quorate.client.http.engine;

import io.quorate.ring.bytes.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one answer of HTTP/1.1 (RFC 9112) from the pieces in which it comes, within limits. To be used for one answer
 * after the other, with {@link #reset} between.
 */
final class ReplyParser {
    private static final int FIRST_HEAD_BYTES = 1024;

    /** The answer breaks HTTP or a limit. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    private enum Part {
        HEAD,
        BODY,
        CHUNKS,
        BODY_TO_END,
        DONE
    }

    private final int bodyBytesMax;
    private Part part = Part.HEAD;
    private byte[] head = new byte[FIRST_HEAD_BYTES];
    private int headLength;
    private int status;
    private List<String> headers = List.of();
    private BodyBuffer body;
    private long bodyLeft;
    private final ChunkReader chunks = new ChunkReader();
    private boolean keepAlive;

    ReplyParser(int bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
        this.body = new BodyBuffer(bodyBytesMax);
    }

    void reset() {
        part = Part.HEAD;
        headLength = 0;
        headers = List.of();
        body = new BodyBuffer(bodyBytesMax);
        chunks.reset();
    }

    /** True before the first byte of an answer. */
    boolean isUntouched() {
        return part == Part.HEAD && headLength == 0;
    }

    /** Whether the connection may be used again after this answer. */
    boolean keepsAlive() {
        return keepAlive;
    }

    /** Takes what there is of an answer; true when it is whole. Bytes behind it are left in the buffer. */
    boolean feed(ByteBuffer in) throws MalformedException {
        while (part == Part.HEAD && in.hasRemaining()) {
            if (readHead(in)) {
                startBody();
            }
        }
        if (part == Part.BODY) {
            int count = (int) Math.min(bodyLeft, in.remaining());
            body.append(in, count);
            bodyLeft -= count;
            if (bodyLeft == 0) {
                part = Part.DONE;
            }
        } else if (part == Part.CHUNKS) {
            if (chunks.feed(in, body)) {
                part = Part.DONE;
            }
        } else if (part == Part.BODY_TO_END) {
            body.append(in, in.remaining());
        }
        return part == Part.DONE;
    }

    /** The connection ended; true if that makes the answer whole. */
    boolean end() {
        if (part == Part.BODY_TO_END) {
            part = Part.DONE;
        }
        return part == Part.DONE;
    }

    WireReply reply() {
        return new WireReply(status, headers, body.bytes());
    }

    /** Copies up to the empty line that ends a head; true if it was there. */
    private boolean readHead(ByteBuffer in) throws MalformedException {
        while (in.hasRemaining()) {
            if (headLength == head.length) {
                if (headLength >= EngineLimits.HEAD_BYTES_MAX) {
                    throw new MalformedException(
                            "the answer's head is longer than " + EngineLimits.HEAD_BYTES_MAX + " bytes");
                }
                head = Arrays.copyOf(head, head.length * 2);
            }
            byte b = in.get();
            head[headLength++] = b;
            if (b == '\n' && endsWithEmptyLine()) {
                return true;
            }
        }
        return false;
    }

    private boolean endsWithEmptyLine() {
        int n = headLength;
        if (n >= 2 && head[n - 2] == '\n') {
            return true;
        }
        return n >= 3 && head[n - 2] == '\r' && head[n - 3] == '\n';
    }

    private void startBody() throws MalformedException {
        parseHead();
        if (status >= 100 && status < 200) {
            if (status == 101) {
                throw new MalformedException("the server wants to change the protocol");
            }
            headLength = 0;
            return;
        }
        String length = findOnly("Content-Length");
        String coding = findOnly("Transfer-Encoding");
        if (length != null && coding != null) {
            // Whoever reads one of the two sees another answer begin where the other's reader sees a body.
            throw new MalformedException("the answer has both a length and a transfer coding");
        }
        if (status == 204 || status == 304) {
            part = Part.DONE;
        } else if (coding != null) {
            if (!coding.equalsIgnoreCase("chunked")) {
                throw new MalformedException("the transfer coding '" + coding + "' is unknown");
            }
            part = Part.CHUNKS;
        } else if (length != null) {
            bodyLeft = parseLength(length);
            body.expect(bodyLeft);
            part = bodyLeft == 0 ? Part.DONE : Part.BODY;
        } else {
            keepAlive = false;
            part = Part.BODY_TO_END;
        }
    }

    private static long parseLength(String text) throws MalformedException {
        if (text.isEmpty() || text.length() > 15 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedException("the length '" + text + "' is no number");
        }
        return Long.parseLong(text);
    }

    private void parseHead() throws MalformedException {
        int end = lineEnd(0);
        String line = text(0, end);
        boolean newer = line.startsWith("HTTP/1.1 ");
        if ((!newer && !line.startsWith("HTTP/1.0 "))
                || line.length() < 12
                || !line.substring(9, 12).chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedException("the answer does not start like one of HTTP/1.1");
        }
        status = Integer.parseInt(line.substring(9, 12));
        List<String> read = new ArrayList<>(24);
        int start = next(end);
        for (end = lineEnd(start); end > start; end = lineEnd(start)) {
            int colon = start;
            while (colon < end && head[colon] != ':') {
                colon++;
            }
            if (colon == end || colon == start || head[colon - 1] == ' ' || head[colon - 1] == '\t') {
                throw new MalformedException("the answer has a line that is no header");
            }
            read.add(text(start, colon));
            read.add(text(colon + 1, end).strip());
            start = next(end);
        }
        headers = read;
        String connection = find("Connection");
        keepAlive = newer && (connection == null || !connection.equalsIgnoreCase("close"));
    }

    /** The header that says where the answer ends: two that differ say nothing. */
    private @Nullable String findOnly(String name) throws MalformedException {
        String found = null;
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                if (found != null && !found.equals(headers.get(i + 1))) {
                    throw new MalformedException("the answer has two different headers " + name);
                }
                found = headers.get(i + 1);
            }
        }
        return found;
    }

    private @Nullable String find(String name) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }

    /** Where the line that starts here ends, without its line break. */
    private int lineEnd(int start) {
        int i = start;
        while (i < headLength && head[i] != '\n') {
            i++;
        }
        return i > start && head[i - 1] == '\r' ? i - 1 : i;
    }

    private int next(int lineEnd) {
        return lineEnd < headLength && head[lineEnd] == '\r' ? lineEnd + 2 : lineEnd + 1;
    }

    private String text(int from, int to) {
        return new String(head, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** A body that grows with what has come, not with what was announced. */
    static final class BodyBuffer {
        private static final int FIRST_BYTES = 8 << 10;

        private final int bytesMax;
        private byte[] data = new byte[0];
        private int length;

        BodyBuffer(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        void expect(long bytes) throws MalformedException {
            check(bytes);
            data = new byte[(int) Math.min(bytes, FIRST_BYTES)];
        }

        void append(ByteBuffer in, int count) throws MalformedException {
            check((long) length + count);
            if (length + count > data.length) {
                int wanted = (int) Math.min(bytesMax, Math.max((long) length + count, 2L * data.length));
                data = Arrays.copyOf(data, wanted);
            }
            in.get(data, length, count);
            length += count;
        }

        private void check(long bytes) throws MalformedException {
            if (bytes > bytesMax) {
                throw new MalformedException("the answer is longer than " + bytesMax + " bytes");
            }
        }

        Bytes bytes() {
            return Bytes.wrap(length == data.length ? data : Arrays.copyOf(data, length));
        }
    }
}
