package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import java.time.Duration;

/**
 * A leaderless bucket at one consistency level. Immutable, for any number of threads. The methods block; the same calls
 * without waiting are behind {@link #async()}.
 *
 * <p>Keys are 1 to 1024 bytes, none of them NUL; a {@code String} stands for its UTF-8 bytes. All calls fail with the
 * subclasses of {@link io.quorate.client.error.QuorateException}, which say what to do next.
 */
public interface LeaderlessView {
    /**
     * The same view with another deadline for the store, 1 ms to 60 s. A call returns by then, or a small allowance later
     * at most.
     *
     * @throws IllegalArgumentException if out of range
     */
    LeaderlessView withTimeout(Duration timeout);

    /** The same view, where only home replicas count, no stand-ins. */
    LeaderlessView homesOnly();

    /**
     * The same view for one write that carries this key, 1 to 64 visible ASCII characters. The client makes such keys
     * itself, so that it may safely repeat a write within one call; give one to repeat a write over several calls, as
     * after a restart of your program. The same key with another value is refused.
     *
     * @throws io.quorate.client.error.RequestRefusedException if it cannot be one
     */
    LeaderlessView withIdempotencyKey(String key);

    /**
     * This bucket with values of your own type, where siblings are resolved and updates are read, changed and written.
     *
     * @param resolver makes one value of siblings; see {@link Resolver} for ready-made ones
     */
    <T> TypedView<T> as(Codec<T> codec, Resolver<T> resolver);

    /** As {@link #as(Codec, Resolver)}; siblings are an error. */
    default <T> TypedView<T> as(Codec<T> codec) {
        return as(codec, Resolver.failOnConflict());
    }

    /** The same calls as stages. */
    AsyncLeaderlessView async();

    /** Reads a key: one value, several siblings, or none. */
    ReadResult get(Bytes key);

    /** As {@link #get(Bytes)}. */
    default ReadResult get(String key) {
        return get(Bytes.ofUtf8(key));
    }

    /**
     * Writes a value that follows from an earlier result for the same key: it replaces what that result had shown, and
     * what others wrote meanwhile stays beside it.
     */
    WriteResult put(Bytes key, Value value, Context context);

    /** Writes blindly: replaces nothing, so what the key holds stays beside it as siblings. */
    WriteResult put(Bytes key, Value value);

    /** As {@link #put(Bytes, Value, Context)}. */
    default WriteResult put(String key, Value value, Context context) {
        return put(Bytes.ofUtf8(key), value, context);
    }

    /** As {@link #put(Bytes, Value)}. */
    default WriteResult put(String key, Value value) {
        return put(Bytes.ofUtf8(key), value);
    }

    /** As {@link #put(Bytes, Value, Context)}, with a value of no stated kind. */
    default WriteResult put(Bytes key, Bytes value, Context context) {
        return put(key, Value.of(value), context);
    }

    /** As {@link #put(Bytes, Value)}, with a value of no stated kind. */
    default WriteResult put(Bytes key, Bytes value) {
        return put(key, Value.of(value));
    }

    /** As {@link #put(Bytes, Value, Context)}, with a text. */
    default WriteResult put(String key, String text, Context context) {
        return put(key, Value.ofText(text), context);
    }

    /** As {@link #put(Bytes, Value)}, with a text. */
    default WriteResult put(String key, String text) {
        return put(key, Value.ofText(text));
    }

    /** Removes the versions that the context covers, nothing newer. */
    WriteResult delete(Bytes key, Context context);

    /** Removes the versions that a read at this level sees. */
    WriteResult delete(Bytes key);

    /** As {@link #delete(Bytes, Context)}. */
    default WriteResult delete(String key, Context context) {
        return delete(Bytes.ofUtf8(key), context);
    }

    /** As {@link #delete(Bytes)}. */
    default WriteResult delete(String key) {
        return delete(Bytes.ofUtf8(key));
    }
}
