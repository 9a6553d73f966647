package io.quorate.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the answers of one connection, one after the other: a body by Content-Length, chunked, up to the end of the
 * connection, or none (204, 304). Interim answers (1xx) are passed over. Not thread-safe.
 *
 * <p>Source: RFC 9112, sections 4 to 7.
 */
final class ReplyReader {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int HEADERS_MAX = 256;
    private static final byte[] STATUS_START = ascii("http/1.");
    private static final byte[] CONTENT_LENGTH = ascii("content-length");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] CONTEXT = ascii("quorate-context");
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CLOSE = ascii("close");
    private static final long UNKNOWN = -1;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private int lineStart;
    private int lineEnd;
    private long contentLength;
    private boolean chunked;

    ReplyReader(InputStream in) {
        this.in = in;
    }

    /**
     * Reads the next answer.
     *
     * @throws EOFException if the connection ended before the answer did
     */
    void read(HttpReply reply) throws IOException {
        do {
            readHead(reply);
        } while (reply.status() / 100 == 1);
        int status = reply.status();
        if (status != 204 && status != 304) {
            readBody(reply);
        }
        if (position != limit) {
            reply.closing();
        }
    }

    private void readHead(HttpReply reply) throws IOException {
        nextLine();
        if (!startsWith(lineStart, STATUS_START) || lineEnd - lineStart < 12) {
            throw new MalformedReplyException("no status line: " + line());
        }
        reply.begin((int) number(lineStart + 9, lineStart + 12, 10));
        if (buffer[lineStart + 7] == '0') {
            reply.closing();
        }
        contentLength = UNKNOWN;
        chunked = false;
        for (int headers = 0; ; headers++) {
            nextLine();
            if (lineEnd == lineStart) {
                return;
            }
            if (headers == HEADERS_MAX) {
                throw new MalformedReplyException("more than " + HEADERS_MAX + " headers");
            }
            readHeader(reply);
        }
    }

    private void readHeader(HttpReply reply) throws IOException {
        int colon = lineStart;
        while (colon < lineEnd && buffer[colon] != ':') {
            colon++;
        }
        if (colon == lineEnd) {
            throw new MalformedReplyException("no header: " + line());
        }
        int start = colon + 1;
        int end = lineEnd;
        while (start < end && isBlank(buffer[start])) {
            start++;
        }
        while (end > start && isBlank(buffer[end - 1])) {
            end--;
        }
        if (isName(colon, CONTENT_LENGTH)) {
            contentLength = number(start, end, 10);
        } else if (isName(colon, CONTEXT)) {
            reply.context(Arrays.copyOfRange(buffer, start, end));
        } else if (isName(colon, TRANSFER_ENCODING)) {
            if (end - start != CHUNKED.length || !startsWith(start, CHUNKED)) {
                throw new MalformedReplyException("unknown transfer coding: " + line());
            }
            chunked = true;
        } else if (isName(colon, CONNECTION) && end - start == CLOSE.length && startsWith(start, CLOSE)) {
            reply.closing();
        }
    }

    private void readBody(HttpReply reply) throws IOException {
        if (chunked) {
            readChunks(reply);
        } else if (contentLength != UNKNOWN) {
            readBytes(reply, contentLength);
        } else {
            readToEnd(reply);
        }
    }

    private void readChunks(HttpReply reply) throws IOException {
        while (true) {
            nextLine();
            int end = lineStart;
            while (end < lineEnd && buffer[end] != ';' && !isBlank(buffer[end])) {
                end++;
            }
            long size = number(lineStart, end, 16);
            if (size == 0) {
                break;
            }
            readBytes(reply, size);
            nextLine();
            if (lineEnd != lineStart) {
                throw new MalformedReplyException("a chunk is longer than its size: " + line());
            }
        }
        nextLine();
        for (int trailers = 0; lineEnd != lineStart; trailers++) {
            if (trailers == HEADERS_MAX) {
                throw new MalformedReplyException("more than " + HEADERS_MAX + " trailers");
            }
            nextLine();
        }
    }

    private void readBytes(HttpReply reply, long count) throws IOException {
        long rest = count;
        while (rest > 0) {
            if (position == limit) {
                fill();
            }
            int part = (int) Math.min(rest, limit - position);
            reply.append(buffer, position, part);
            position += part;
            rest -= part;
        }
    }

    private void readToEnd(HttpReply reply) throws IOException {
        reply.closing();
        do {
            reply.append(buffer, position, limit - position);
            position = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
        } while (limit > 0);
    }

    /** Makes the next line, without its end, the one from lineStart to lineEnd. */
    private void nextLine() throws IOException {
        int scanned = 0;
        while (true) {
            for (int i = position + scanned; i < limit; i++) {
                if (buffer[i] == '\n') {
                    lineStart = position;
                    lineEnd = i > position && buffer[i - 1] == '\r' ? i - 1 : i;
                    position = i + 1;
                    return;
                }
            }
            scanned = limit - position;
            fill();
        }
    }

    private void fill() throws IOException {
        if (position == limit) {
            position = 0;
            limit = 0;
        } else if (limit == buffer.length) {
            if (position == 0) {
                throw new MalformedReplyException("a line is longer than " + buffer.length + " bytes");
            }
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        int count = in.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
            throw new EOFException("the server closed the connection before its answer was whole");
        }
        limit += count;
    }

    private boolean isName(int colon, byte[] lowerCase) {
        return colon - lineStart == lowerCase.length && startsWith(lineStart, lowerCase);
    }

    private boolean startsWith(int from, byte[] lowerCase) {
        if (lineEnd - from < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            byte b = buffer[from + i];
            if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private long number(int start, int end, int radix) throws IOException {
        long number = 0;
        for (int i = start; i < end; i++) {
            int digit = Character.digit(buffer[i], radix);
            if (digit < 0 || number > Integer.MAX_VALUE) {
                throw new MalformedReplyException("no number: " + line());
            }
            number = number * radix + digit;
        }
        if (start == end) {
            throw new MalformedReplyException("a number is missing: " + line());
        }
        return number;
    }

    private String line() {
        return new String(buffer, lineStart, Math.min(lineEnd - lineStart, 100), StandardCharsets.ISO_8859_1);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
