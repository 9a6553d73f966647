package io.quorate.client.http.engine;

import io.quorate.ring.bytes.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer.
 *
 * @param headers names and values in turn
 */
public record WireReply(int status, List<String> headers, Bytes body) {
    /** The first header of this name, in any case of its letters; null if there is none. */
    public @Nullable String header(String name) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }
}
