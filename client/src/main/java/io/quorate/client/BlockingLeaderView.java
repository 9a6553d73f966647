package io.quorate.client;

import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.client.spi.Expected;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.Optional;

/** A view of a leader bucket that waits. */
record BlockingLeaderView(LeaderCalls calls) implements LeaderView {
    @Override
    public LeaderView withReads(ReadLevel level) {
        return new BlockingLeaderView(calls.withReads(level));
    }

    @Override
    public LeaderView withWrites(WriteLevel level) {
        return new BlockingLeaderView(calls.withWrites(level));
    }

    @Override
    public LeaderView withMaxLag(Duration maxLag) {
        return new BlockingLeaderView(calls.withMaxLag(maxLag));
    }

    @Override
    public LeaderView withSession(Session session) {
        return new BlockingLeaderView(calls.withSession(session));
    }

    @Override
    public LeaderView withTimeout(Duration timeout) {
        return new BlockingLeaderView(calls.withTimeout(timeout));
    }

    @Override
    public LeaderView withIdempotencyKey(String key) {
        return new BlockingLeaderView(calls.withIdempotencyKey(key));
    }

    @Override
    public <T> TypedLeaderView<T> as(Codec<T> codec) {
        return new TypedLed<>(calls.withoutIdempotencyKey(), codec, TypedLeaderView.DEFAULT_ROUNDS_MAX);
    }

    @Override
    public AsyncLeaderView async() {
        return new StagedLeaderView(calls);
    }

    @Override
    public LeaderRead get(Bytes key) {
        return Waiting.on(calls.get(key), Outcome.NOT_APPLIED);
    }

    @Override
    public LeaderWrite put(Bytes key, Value value) {
        return write(key, Optional.of(value), new Expected.Anything());
    }

    @Override
    public LeaderWrite putIfAbsent(Bytes key, Value value) {
        return write(key, Optional.of(value), new Expected.Nothing());
    }

    @Override
    public LeaderWrite compareAndSet(Bytes key, LeaderVersion expected, Value value) {
        return write(key, Optional.of(value), new Expected.Exactly(expected));
    }

    @Override
    public LeaderWrite delete(Bytes key) {
        return write(key, Optional.empty(), new Expected.Anything());
    }

    @Override
    public LeaderWrite compareAndDelete(Bytes key, LeaderVersion expected) {
        return write(key, Optional.empty(), new Expected.Exactly(expected));
    }

    private LeaderWrite write(Bytes key, Optional<Value> value, Expected expected) {
        return Waiting.on(calls.write(key, value, expected), Outcome.MAYBE_APPLIED);
    }
}
