package io.quorate.client;

import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.led.LeaderVersion;
import io.quorate.ring.bytes.Bytes;
import java.util.concurrent.CompletionStage;

/**
 * The calls of {@link LeaderView} as stages. No method throws or blocks; a stage fails with a
 * {@link io.quorate.client.error.QuorateException}, which later stages see as the cause of a
 * {@link java.util.concurrent.CompletionException}. Stages end on threads of the client: leave those soon.
 */
public interface AsyncLeaderView {
    /** See {@link LeaderView#get(Bytes)}. */
    CompletionStage<LeaderRead> get(Bytes key);

    /** See {@link LeaderView#get(Bytes)}. */
    default CompletionStage<LeaderRead> get(String key) {
        return get(Bytes.ofUtf8(key));
    }

    /** See {@link LeaderView#put(Bytes, Value)}. */
    CompletionStage<LeaderWrite> put(Bytes key, Value value);

    /** See {@link LeaderView#put(Bytes, Value)}. */
    default CompletionStage<LeaderWrite> put(String key, Value value) {
        return put(Bytes.ofUtf8(key), value);
    }

    /** See {@link LeaderView#putIfAbsent(Bytes, Value)}. */
    CompletionStage<LeaderWrite> putIfAbsent(Bytes key, Value value);

    /** See {@link LeaderView#putIfAbsent(Bytes, Value)}. */
    default CompletionStage<LeaderWrite> putIfAbsent(String key, Value value) {
        return putIfAbsent(Bytes.ofUtf8(key), value);
    }

    /** See {@link LeaderView#compareAndSet(Bytes, LeaderVersion, Value)}. */
    CompletionStage<LeaderWrite> compareAndSet(Bytes key, LeaderVersion expected, Value value);

    /** See {@link LeaderView#compareAndSet(Bytes, LeaderVersion, Value)}. */
    default CompletionStage<LeaderWrite> compareAndSet(String key, LeaderVersion expected, Value value) {
        return compareAndSet(Bytes.ofUtf8(key), expected, value);
    }

    /** See {@link LeaderView#compareAndSet(Bytes, LeaderRead, Value)}. */
    default CompletionStage<LeaderWrite> compareAndSet(Bytes key, LeaderRead shown, Value value) {
        return shown.version().isEmpty()
                ? putIfAbsent(key, value)
                : compareAndSet(key, shown.version().get(), value);
    }

    /** See {@link LeaderView#compareAndSet(Bytes, LeaderRead, Value)}. */
    default CompletionStage<LeaderWrite> compareAndSet(String key, LeaderRead shown, Value value) {
        return compareAndSet(Bytes.ofUtf8(key), shown, value);
    }

    /** See {@link LeaderView#delete(Bytes)}. */
    CompletionStage<LeaderWrite> delete(Bytes key);

    /** See {@link LeaderView#delete(Bytes)}. */
    default CompletionStage<LeaderWrite> delete(String key) {
        return delete(Bytes.ofUtf8(key));
    }

    /** See {@link LeaderView#compareAndDelete(Bytes, LeaderVersion)}. */
    CompletionStage<LeaderWrite> compareAndDelete(Bytes key, LeaderVersion expected);

    /** See {@link LeaderView#compareAndDelete(Bytes, LeaderVersion)}. */
    default CompletionStage<LeaderWrite> compareAndDelete(String key, LeaderVersion expected) {
        return compareAndDelete(Bytes.ofUtf8(key), expected);
    }
}
