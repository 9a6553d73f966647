package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.spi.StoreTransport;
import io.quorate.ring.bytes.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A view that leaves the transport's threads before callers' code runs. */
record AsyncView(RawView calls) implements AsyncLeaderlessView {
    @Override
    public CompletionStage<ReadResult> get(Bytes key) {
        return away(calls.get(key));
    }

    @Override
    public CompletionStage<WriteResult> put(Bytes key, Value value, Context context) {
        return away(calls.put(key, value, Optional.of(context)));
    }

    @Override
    public CompletionStage<WriteResult> put(Bytes key, Value value) {
        return away(calls.put(key, value, Optional.empty()));
    }

    @Override
    public CompletionStage<WriteResult> delete(Bytes key, Context context) {
        return away(calls.delete(key, Optional.of(context)));
    }

    @Override
    public CompletionStage<WriteResult> delete(Bytes key) {
        return away(calls.delete(key, Optional.empty()));
    }

    private <T> CompletionStage<T> away(CompletionStage<T> stage) {
        return away(stage, calls.transport());
    }

    static <T> CompletionStage<T> away(CompletionStage<T> stage, StoreTransport transport) {
        if (stage.toCompletableFuture().isDone()) {
            return stage;
        }
        CompletableFuture<T> moved = new CompletableFuture<>();
        var unused = stage.whenCompleteAsync(
                (result, error) -> {
                    if (error == null) {
                        moved.complete(result);
                    } else {
                        moved.completeExceptionally(error);
                    }
                },
                transport.callbacks());
        return moved;
    }
}
