package io.quorate.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One answer. A connection has one and fills it anew with every exchange, so take what is to be kept. Of the body only
 * as many bytes are kept as the connection was told to keep; all are counted.
 */
final class HttpReply {
    private static final Pattern PROBLEM_CODE = Pattern.compile("\"code\"\\s*:\\s*\"([^\"]*)\"");

    private final int keptBytesMax;
    private int status;
    private boolean reusable;
    private byte @Nullable [] context;
    private byte[] body = new byte[256];
    private int keptBytes;
    private long bodyBytes;

    HttpReply(int keptBytesMax) {
        this.keptBytesMax = keptBytesMax;
    }

    int status() {
        return status;
    }

    /** Whether the connection can be used for another exchange. */
    boolean reusable() {
        return reusable;
    }

    /** The causal context of the answer, the caller's to keep; null if it has none. */
    byte @Nullable [] context() {
        return context;
    }

    /** The length of the whole body. */
    long bodyBytes() {
        return bodyBytes;
    }

    /** The kept part of the body. */
    String bodyText() {
        return new String(body, 0, keptBytes, StandardCharsets.UTF_8);
    }

    /** The problem's code such as {@code unavailable}; empty if the body names none. */
    String problemCode() {
        Matcher matcher = PROBLEM_CODE.matcher(bodyText());
        return matcher.find() ? matcher.group(1) : "";
    }

    void begin(int newStatus) {
        status = newStatus;
        reusable = true;
        context = null;
        keptBytes = 0;
        bodyBytes = 0;
    }

    void closing() {
        reusable = false;
    }

    void context(byte[] value) {
        context = value;
    }

    void append(byte[] source, int offset, int count) {
        bodyBytes += count;
        int kept = Math.min(count, keptBytesMax - keptBytes);
        if (kept > 0) {
            if (body.length - keptBytes < kept) {
                body = Arrays.copyOf(body, Math.max(2 * body.length, keptBytes + kept));
            }
            System.arraycopy(source, offset, body, keptBytes, kept);
            keptBytes += kept;
        }
    }
}
