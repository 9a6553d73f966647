package io.quorate.client.http.engine;

import io.quorate.ring.bytes.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as it stands on the wire, less {@code Host} and {@code Content-Length}.
 *
 * @param target raw path and query
 * @param headers names and values in turn
 * @param fresh true to use a connection that carried nothing before, so that it cannot have gone stale
 */
public record WireRequest(
        String method,
        String target,
        List<String> headers,
        @Nullable Bytes body,
        boolean fresh) {
    /** The first character that must not stand there, as a reason; null if all may. */
    @Nullable
    String fault() {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return "the request target has the character U+" + Integer.toHexString(c);
            }
        }
        for (int i = 0; i < headers.size(); i++) {
            String text = headers.get(i);
            for (int j = 0; j < text.length(); j++) {
                char c = text.charAt(j);
                if (c < ' ' || c >= 0x7f) {
                    return "the header " + headers.get(i & ~1) + " has the character U+" + Integer.toHexString(c);
                }
            }
        }
        return null;
    }
}
