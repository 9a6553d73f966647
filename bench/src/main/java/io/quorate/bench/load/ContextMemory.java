package io.quorate.bench.load;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The last causal context that a client was given for each of its keys; the longest unused go first when full. */
final class ContextMemory<C> {
    private final long bytesMax;
    private final ToIntFunction<C> sizeBytes;
    private final Map<Integer, C> contexts = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    ContextMemory(long bytesMax, ToIntFunction<C> sizeBytes) {
        this.bytesMax = bytesMax;
        this.sizeBytes = sizeBytes;
    }

    @Nullable
    C of(int key) {
        return contexts.get(key);
    }

    void remember(int key, C context) {
        C before = contexts.put(key, context);
        bytes += sizeBytes.applyAsInt(context) - sizeOf(before);
        Iterator<C> eldest = contexts.values().iterator();
        while (bytes > bytesMax) {
            bytes -= sizeBytes.applyAsInt(eldest.next());
            eldest.remove();
        }
    }

    void forget(int key) {
        bytes -= sizeOf(contexts.remove(key));
    }

    private int sizeOf(@Nullable C context) {
        return context == null ? 0 : sizeBytes.applyAsInt(context);
    }
}
