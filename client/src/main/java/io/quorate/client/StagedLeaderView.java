package io.quorate.client;

import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.spi.Expected;
import io.quorate.ring.bytes.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A view of a leader bucket that leaves the transport's threads before callers' code runs. */
record StagedLeaderView(LeaderCalls calls) implements AsyncLeaderView {
    @Override
    public CompletionStage<LeaderRead> get(Bytes key) {
        return AsyncView.away(calls.get(key), calls.transport());
    }

    @Override
    public CompletionStage<LeaderWrite> put(Bytes key, Value value) {
        return write(key, Optional.of(value), new Expected.Anything());
    }

    @Override
    public CompletionStage<LeaderWrite> putIfAbsent(Bytes key, Value value) {
        return write(key, Optional.of(value), new Expected.Nothing());
    }

    @Override
    public CompletionStage<LeaderWrite> compareAndSet(Bytes key, LeaderVersion expected, Value value) {
        return write(key, Optional.of(value), new Expected.Exactly(expected));
    }

    @Override
    public CompletionStage<LeaderWrite> delete(Bytes key) {
        return write(key, Optional.empty(), new Expected.Anything());
    }

    @Override
    public CompletionStage<LeaderWrite> compareAndDelete(Bytes key, LeaderVersion expected) {
        return write(key, Optional.empty(), new Expected.Exactly(expected));
    }

    private CompletionStage<LeaderWrite> write(Bytes key, Optional<Value> value, Expected expected) {
        return AsyncView.away(calls.write(key, value, expected), calls.transport());
    }
}
