package io.quorate.client;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.led.Session;
import io.quorate.client.spi.Expected;
import io.quorate.client.spi.LeaderReadCall;
import io.quorate.client.spi.LeaderWriteCall;
import io.quorate.client.spi.StoreTransport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import io.quorate.ring.wire.SessionToken;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A view of a leader bucket that makes the calls of the transport; its stages end on the transport's threads. */
record LeaderCalls(
        StoreTransport transport,
        IdempotencyKeys keys,
        String bucket,
        Optional<ReadLevel> read,
        Optional<Duration> maxLag,
        Optional<WriteLevel> write,
        Optional<Session> session,
        Duration timeout,
        Optional<String> idempotencyKey) {

    static LeaderCalls of(
            StoreTransport transport,
            IdempotencyKeys keys,
            String bucket,
            Optional<ReadLevel> read,
            Optional<WriteLevel> write,
            Duration timeout) {
        return new LeaderCalls(
                transport, keys, bucket, read, Optional.empty(), write, Optional.empty(), timeout, Optional.empty());
    }

    LeaderCalls withReads(ReadLevel level) {
        return withReads(level, Optional.empty());
    }

    LeaderCalls withMaxLag(Duration lag) {
        return withReads(ReadLevel.FOLLOWER, Optional.of(CallChecks.maxLag(lag)));
    }

    private LeaderCalls withReads(ReadLevel level, Optional<Duration> lag) {
        return new LeaderCalls(
                transport, keys, bucket, Optional.of(level), lag, write, session, timeout, idempotencyKey);
    }

    LeaderCalls withWrites(WriteLevel level) {
        return new LeaderCalls(
                transport, keys, bucket, read, maxLag, Optional.of(level), session, timeout, idempotencyKey);
    }

    LeaderCalls withSession(Session other) {
        return new LeaderCalls(
                transport, keys, bucket, read, maxLag, write, Optional.of(other), timeout, idempotencyKey);
    }

    LeaderCalls withTimeout(Duration other) {
        return new LeaderCalls(
                transport, keys, bucket, read, maxLag, write, session, CallChecks.timeout(other), idempotencyKey);
    }

    LeaderCalls withIdempotencyKey(String key) {
        return new LeaderCalls(
                transport,
                keys,
                bucket,
                read,
                maxLag,
                write,
                session,
                timeout,
                Optional.of(CallChecks.idempotencyKey(key)));
    }

    LeaderCalls withoutIdempotencyKey() {
        return new LeaderCalls(transport, keys, bucket, read, maxLag, write, session, timeout, Optional.empty());
    }

    /** The same calls with reads that see all that was acknowledged before. */
    LeaderCalls newest() {
        return read.equals(Optional.of(ReadLevel.LEASE)) ? this : withReads(ReadLevel.LINEARIZABLE);
    }

    CompletionStage<LeaderRead> get(Bytes key) {
        SessionToken seen = session.map(Session::seen).orElse(SessionToken.EMPTY);
        CompletionStage<LeaderRead> stage = RawView.checked(
                () -> transport.get(new LeaderReadCall(bucket, CallChecks.key(key), read, maxLag, seen, timeout)));
        return learning(stage, LeaderRead::info, Outcome.NOT_APPLIED);
    }

    /** Writes a value, or deletes if there is none. */
    CompletionStage<LeaderWrite> write(Bytes key, Optional<Value> value, Expected expected) {
        CompletionStage<LeaderWrite> stage = RawView.checked(() -> transport.write(new LeaderWriteCall(
                bucket, CallChecks.key(key), value, expected, write, idempotencyKey.orElseGet(keys::next), timeout)));
        return learning(stage, LeaderWrite::info, Outcome.MAYBE_APPLIED);
    }

    /** What it ends with its session has seen, whether that is a result or an error. */
    private <T> CompletionStage<T> learning(
            CompletionStage<T> stage, Function<T, LeaderInfo> info, Outcome ofBadAnswer) {
        return session.isEmpty()
                ? stage
                : stage.whenComplete((found, failure) -> {
                    if (failure == null) {
                        learn(info.apply(found).session(), ofBadAnswer);
                    } else if (Waiting.cause(failure) instanceof QuorateException error) {
                        // Of an error that brings a token nobody can read, the caller is told the error.
                        learn(error.problem().sessionText(), error.outcome());
                    }
                });
    }

    private void learn(String token, Outcome outcome) {
        try {
            session.ifPresent(one -> one.sees(token));
        } catch (IllegalArgumentException e) {
            throw new BrokenExchangeException(
                    Problem.of(Problem.BAD_ANSWER, 0, "the answer breaks the contract: " + e.getMessage(), outcome), e);
        }
    }
}
