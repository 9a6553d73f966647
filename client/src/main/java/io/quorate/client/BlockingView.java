package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;

/** A view that waits. */
record BlockingView(AsyncView calls) implements LeaderlessView {
    @Override
    public LeaderlessView withTimeout(Duration timeout) {
        return new BlockingView(calls.withTimeout(timeout));
    }

    @Override
    public LeaderlessView homesOnly() {
        return new BlockingView(calls.homesOnly());
    }

    @Override
    public AsyncLeaderlessView async() {
        return calls;
    }

    @Override
    public ReadResult get(Bytes key) {
        return Waiting.on(calls.get(key), Outcome.NOT_APPLIED);
    }

    @Override
    public WriteResult put(Bytes key, Value value, Context context) {
        return Waiting.on(calls.put(key, value, context), Outcome.MAYBE_APPLIED);
    }

    @Override
    public WriteResult put(Bytes key, Value value) {
        return Waiting.on(calls.put(key, value), Outcome.MAYBE_APPLIED);
    }

    @Override
    public WriteResult delete(Bytes key, Context context) {
        return Waiting.on(calls.delete(key, context), Outcome.MAYBE_APPLIED);
    }

    @Override
    public WriteResult delete(Bytes key) {
        return Waiting.on(calls.delete(key), Outcome.MAYBE_APPLIED);
    }
}
