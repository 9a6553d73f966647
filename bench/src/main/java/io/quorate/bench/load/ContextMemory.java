package io.quorate.bench.load;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last causal context that a client was given for each of its keys; the longest unused go first when full. */
final class ContextMemory {
    private final long bytesMax;
    private final Map<Integer, byte[]> contexts = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    ContextMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    byte @Nullable [] of(int key) {
        return contexts.get(key);
    }

    void remember(int key, byte[] context) {
        byte[] before = contexts.put(key, context);
        bytes += context.length - (before == null ? 0 : before.length);
        Iterator<byte[]> eldest = contexts.values().iterator();
        while (bytes > bytesMax) {
            bytes -= eldest.next().length;
            eldest.remove();
        }
    }

    void forget(int key) {
        byte[] before = contexts.remove(key);
        bytes -= before == null ? 0 : before.length;
    }
}
