package io.quorate.bench.load;

import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.HttpNames;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the requests for the keys of one bucket; what all have in common is prepared once. */
final class KeyRequests {
    /** Key number i is this and i in decimal. */
    static final String KEY_PREFIX = "k";

    private static final byte[] LINE_END = ascii("\r\n");
    private static final byte[] CONTEXT = ascii(HttpNames.CONTEXT + ": ");
    private static final byte[] BODY = ascii("Content-Type: " + HttpNames.OCTET_STREAM + "\r\nContent-Length: ");

    private final byte[] get;
    private final byte[] put;
    private final byte[] afterReadKey;
    private final byte[] afterWrittenKey;

    KeyRequests(LoadSettings settings) {
        String path = " /v1/buckets/" + settings.bucket() + "/keys/" + KEY_PREFIX;
        get = ascii("GET" + path);
        put = ascii("PUT" + path);
        String level = settings.level();
        afterReadKey = afterKey(settings, WriteLevel.parse(level).isEmpty());
        afterWrittenKey = afterKey(settings, ReadLevel.parse(level).isEmpty());
    }

    /** A leader bucket's levels are of reads or of writes; the others are made at the bucket's own. */
    private static byte[] afterKey(LoadSettings settings, boolean hasLevel) {
        return ascii("?" + (hasLevel ? "level=" + settings.level() + "&" : "") + "timeout="
                + settings.timeout().toMillis() + "ms HTTP/1.1\r\nHost: ");
    }

    void get(RequestBuffer request, Endpoint endpoint, int key) {
        start(request, get, endpoint, key, afterReadKey).bytes(LINE_END);
    }

    /** A put of {@code count} bytes of {@code values} from {@code offset} on. */
    void put(
            RequestBuffer request,
            Endpoint endpoint,
            int key,
            byte @Nullable [] context,
            byte[] values,
            int offset,
            int count) {
        start(request, put, endpoint, key, afterWrittenKey);
        if (context != null) {
            request.bytes(CONTEXT).bytes(context).bytes(LINE_END);
        }
        request.bytes(BODY).number(count).bytes(LINE_END).bytes(LINE_END).bytes(values, offset, count);
    }

    private static RequestBuffer start(
            RequestBuffer request, byte[] method, Endpoint endpoint, int key, byte[] afterKey) {
        return request.clear()
                .bytes(method)
                .number(key)
                .bytes(afterKey)
                .text(endpoint.authority())
                .bytes(LINE_END);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
