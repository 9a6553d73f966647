package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.DeleteCall;
import io.quorate.client.spi.GetCall;
import io.quorate.client.spi.Need;
import io.quorate.client.spi.PutCall;
import io.quorate.client.spi.StoreTransport;
import io.quorate.client.spi.WriteReply;
import io.quorate.ring.bytes.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A view that makes the calls of the transport; its stages end on the transport's threads. */
record RawView(
        StoreTransport transport,
        IdempotencyKeys keys,
        String bucket,
        Need read,
        Need write,
        boolean homesOnlyCount,
        Duration timeout,
        Optional<String> idempotencyKey) {

    RawView withTimeout(Duration other) {
        return new RawView(
                transport, keys, bucket, read, write, homesOnlyCount, CallChecks.timeout(other), idempotencyKey);
    }

    RawView homesOnly() {
        return new RawView(transport, keys, bucket, read, write, true, timeout, idempotencyKey);
    }

    RawView withIdempotencyKey(String key) {
        return new RawView(
                transport,
                keys,
                bucket,
                read,
                write,
                homesOnlyCount,
                timeout,
                Optional.of(CallChecks.idempotencyKey(key)));
    }

    RawView withoutIdempotencyKey() {
        return new RawView(transport, keys, bucket, read, write, homesOnlyCount, timeout, Optional.empty());
    }

    CompletionStage<ReadResult> get(Bytes key) {
        return checked(() -> transport.get(new GetCall(bucket, CallChecks.key(key), options(read))))
                .thenApply(reply -> ReadResult.of(reply.siblings(), reply.context(), reply.info()));
    }

    CompletionStage<WriteResult> put(Bytes key, Value value, Optional<Context> context) {
        return result(checked(() -> transport.put(new PutCall(
                bucket,
                CallChecks.key(key),
                value,
                fitting(context, key),
                idempotencyKey.orElseGet(keys::next),
                options(write)))));
    }

    CompletionStage<WriteResult> delete(Bytes key, Optional<Context> context) {
        return result(checked(() -> transport.delete(new DeleteCall(
                bucket,
                CallChecks.key(key),
                fitting(context, key),
                idempotencyKey.orElseGet(keys::next),
                options(write)))));
    }

    private Optional<Context> fitting(Optional<Context> context, Bytes key) {
        return context.map(given -> CallChecks.context(given, bucket, key));
    }

    private CallOptions options(Need need) {
        return new CallOptions(need, homesOnlyCount, timeout);
    }

    private static CompletionStage<WriteResult> result(CompletionStage<WriteReply> stage) {
        return stage.thenApply(reply -> new WriteResult(reply.context(), reply.info()));
    }

    /** A call whose arguments are refused fails its stage, like any other. */
    static <T> CompletionStage<T> checked(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RequestRefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
