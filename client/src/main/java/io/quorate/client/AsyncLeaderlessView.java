package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import java.util.concurrent.CompletionStage;

/**
 * The calls of {@link LeaderlessView} as stages. No method throws or blocks; a stage fails with a
 * {@link io.quorate.client.error.QuorateException}, which later stages see as the cause of a
 * {@link java.util.concurrent.CompletionException}. Stages end on threads of the client: leave those soon.
 */
public interface AsyncLeaderlessView {
    /** See {@link LeaderlessView#get(Bytes)}. */
    CompletionStage<ReadResult> get(Bytes key);

    /** See {@link LeaderlessView#get(Bytes)}. */
    default CompletionStage<ReadResult> get(String key) {
        return get(Bytes.ofUtf8(key));
    }

    /** See {@link LeaderlessView#put(Bytes, Value, Context)}. */
    CompletionStage<WriteResult> put(Bytes key, Value value, Context context);

    /** See {@link LeaderlessView#put(Bytes, Value)}. */
    CompletionStage<WriteResult> put(Bytes key, Value value);

    /** See {@link LeaderlessView#put(Bytes, Value, Context)}. */
    default CompletionStage<WriteResult> put(String key, Value value, Context context) {
        return put(Bytes.ofUtf8(key), value, context);
    }

    /** See {@link LeaderlessView#put(Bytes, Value)}. */
    default CompletionStage<WriteResult> put(String key, Value value) {
        return put(Bytes.ofUtf8(key), value);
    }

    /** See {@link LeaderlessView#delete(Bytes, Context)}. */
    CompletionStage<WriteResult> delete(Bytes key, Context context);

    /** See {@link LeaderlessView#delete(Bytes)}. */
    CompletionStage<WriteResult> delete(Bytes key);

    /** See {@link LeaderlessView#delete(Bytes, Context)}. */
    default CompletionStage<WriteResult> delete(String key, Context context) {
        return delete(Bytes.ofUtf8(key), context);
    }

    /** See {@link LeaderlessView#delete(Bytes)}. */
    default CompletionStage<WriteResult> delete(String key) {
        return delete(Bytes.ofUtf8(key));
    }
}
