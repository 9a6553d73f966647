package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.Optional;

/** A view that waits. */
record BlockingView(RawView calls) implements LeaderlessView {
    @Override
    public LeaderlessView withTimeout(Duration timeout) {
        return new BlockingView(calls.withTimeout(timeout));
    }

    @Override
    public LeaderlessView homesOnly() {
        return new BlockingView(calls.homesOnly());
    }

    @Override
    public LeaderlessView withIdempotencyKey(String key) {
        return new BlockingView(calls.withIdempotencyKey(key));
    }

    @Override
    public AsyncLeaderlessView async() {
        return new AsyncView(calls);
    }

    @Override
    public <T> TypedView<T> as(Codec<T> codec, Resolver<T> resolver) {
        return new Typed<>(calls.withoutIdempotencyKey(), codec, resolver, TypedView.DEFAULT_ROUNDS_MAX);
    }

    @Override
    public ReadResult get(Bytes key) {
        return Waiting.on(calls.get(key), Outcome.NOT_APPLIED);
    }

    @Override
    public WriteResult put(Bytes key, Value value, Context context) {
        return Waiting.on(calls.put(key, value, Optional.of(context)), Outcome.MAYBE_APPLIED);
    }

    @Override
    public WriteResult put(Bytes key, Value value) {
        return Waiting.on(calls.put(key, value, Optional.empty()), Outcome.MAYBE_APPLIED);
    }

    @Override
    public WriteResult delete(Bytes key, Context context) {
        return Waiting.on(calls.delete(key, Optional.of(context)), Outcome.MAYBE_APPLIED);
    }

    @Override
    public WriteResult delete(Bytes key) {
        return Waiting.on(calls.delete(key, Optional.empty()), Outcome.MAYBE_APPLIED);
    }
}
