package io.quorate.bench.load;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.error.QuorateException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.util.Locale;
import java.util.SplittableRandom;

/** Calls a node of this process through the Java API, without HTTP. */
final class EmbeddedCaller implements Caller {
    /** The contexts of all clients together, in characters of their tokens. */
    private static final long CONTEXT_CHARS_MAX = 64L << 20;

    private final LeaderlessView view;
    private final KeyShare share;
    private final RandomValues values;
    private final ContextMemory<Context> contexts;

    EmbeddedCaller(QuorateClient client, KeyShare share, SplittableRandom random, LoadSettings settings) {
        this.view = client.bucket(settings.bucket())
                .at(ConsistencyLevel.valueOf(settings.level().toUpperCase(Locale.ROOT)))
                .withTimeout(settings.timeout());
        this.share = share;
        this.values = new RandomValues(settings.valueSizeBytes(), random);
        this.contexts = new ContextMemory<>(
                CONTEXT_CHARS_MAX / settings.clients(),
                context -> context.token().length());
    }

    @Override
    public String call(Operation operation, int key, Tally tally) {
        Bytes name = Bytes.ofUtf8(KeyRequests.KEY_PREFIX + key);
        try {
            Context shown = switch (operation) {
                case GET -> get(name, tally);
                case PUT -> put(name, key, tally);
            };
            if (share.contains(key)) {
                contexts.remember(key, shown);
            }
            return "";
        } catch (QuorateException e) {
            return (e.status() + " " + e.code()).strip();
        }
    }

    @Override
    public void close() {
        // The client belongs to the cluster; calls end by their deadlines.
    }

    private Context get(Bytes name, Tally tally) {
        ReadResult result = view.get(name);
        if (result instanceof ReadResult.Siblings) {
            tally.sawSiblings();
        } else if (result instanceof ReadResult.Missing) {
            tally.sawNothing();
        }
        return result.context();
    }

    private Context put(Bytes name, int key, Tally tally) {
        Value value = Value.of(Bytes.copyOf(values.block(), values.nextOffset(), values.sizeBytes()));
        Context seen = contexts.of(key);
        if (seen == null) {
            tally.wentWithoutContext();
            return view.put(name, value).context();
        }
        return view.put(name, value, seen).context();
    }
}
