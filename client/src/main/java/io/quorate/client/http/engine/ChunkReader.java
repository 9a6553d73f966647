package io.quorate.client.http.engine;

import io.quorate.client.http.engine.ReplyParser.BodyBuffer;
import io.quorate.client.http.engine.ReplyParser.MalformedException;
import java.nio.ByteBuffer;

/** Reads a body in chunks (RFC 9112, 7.1); extensions and trailers are passed over, within limits. */
final class ChunkReader {
    private static final int LINE_BYTES_MAX = 1024;
    private static final int TRAILER_LINES_MAX = 64;
    private static final int SIZE_DIGITS_MAX = 8;

    private enum Part {
        SIZE,
        DATA,
        AFTER_DATA,
        TRAILER
    }

    private Part part = Part.SIZE;
    private final StringBuilder line = new StringBuilder();
    private long left;
    private int trailers;

    void reset() {
        part = Part.SIZE;
        line.setLength(0);
        trailers = 0;
    }

    /** True when the last chunk and the trailers were read. */
    boolean feed(ByteBuffer in, BodyBuffer body) throws MalformedException {
        while (in.hasRemaining()) {
            if (part == Part.DATA) {
                int count = (int) Math.min(left, in.remaining());
                body.append(in, count);
                left -= count;
                if (left == 0) {
                    part = Part.AFTER_DATA;
                }
            } else if (readLine(in) && lineRead()) {
                return true;
            }
        }
        return false;
    }

    private boolean lineRead() throws MalformedException {
        String text = line.toString();
        line.setLength(0);
        switch (part) {
            case SIZE -> {
                left = size(text);
                part = left == 0 ? Part.TRAILER : Part.DATA;
            }
            case AFTER_DATA -> {
                if (!text.isEmpty()) {
                    throw new MalformedException("a chunk is longer than announced");
                }
                part = Part.SIZE;
            }
            case TRAILER -> {
                if (text.isEmpty()) {
                    return true;
                }
                if (++trailers > TRAILER_LINES_MAX) {
                    throw new MalformedException("the answer has more than " + TRAILER_LINES_MAX + " trailers");
                }
            }
            case DATA -> throw new AssertionError("data is not read by lines");
        }
        return false;
    }

    private boolean readLine(ByteBuffer in) throws MalformedException {
        while (in.hasRemaining()) {
            char c = (char) (in.get() & 0xff);
            if (c == '\n') {
                int end = line.length() - 1;
                if (end >= 0 && line.charAt(end) == '\r') {
                    line.setLength(end);
                }
                return true;
            }
            if (line.length() == LINE_BYTES_MAX) {
                throw new MalformedException("a line between chunks is longer than " + LINE_BYTES_MAX + " bytes");
            }
            line.append(c);
        }
        return false;
    }

    private static long size(String text) throws MalformedException {
        int end = text.indexOf(';');
        String digits = (end < 0 ? text : text.substring(0, end)).strip();
        boolean number = !digits.isEmpty()
                && digits.length() <= SIZE_DIGITS_MAX
                && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        if (!number) {
            throw new MalformedException("a chunk's size is no number");
        }
        return Long.parseLong(digits, 16);
    }
}
