package io.quorate.client;

import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.UnresolvedConflictException;
import io.quorate.client.spi.Expected;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A view of a leader bucket with a codec. */
record TypedLed<T>(LeaderCalls calls, Codec<T> codec, int roundsMax) implements TypedLeaderView<T> {
    TypedLed {
        if (roundsMax < 1) {
            throw new IllegalArgumentException("an update takes at least 1 round, not " + roundsMax);
        }
    }

    @Override
    public TypedLeaderView<T> withRoundsMax(int rounds) {
        return new TypedLed<>(calls, codec, rounds);
    }

    @Override
    public Shown<T> get(Bytes key) {
        return shown(Waiting.on(calls.get(key), Outcome.NOT_APPLIED));
    }

    @Override
    public LeaderWrite put(Bytes key, T value) {
        return Waiting.on(write(key, value, new Expected.Anything()), Outcome.MAYBE_APPLIED);
    }

    @Override
    public LeaderWrite compareAndSet(Bytes key, Shown<T> shown, T value) {
        return Waiting.on(write(key, value, expected(shown)), Outcome.MAYBE_APPLIED);
    }

    @Override
    public Updated<T> update(Bytes key, Function<Optional<T>, T> change) {
        Rounds rounds = new Rounds(key, change);
        while (true) {
            rounds.read(Waiting.on(rounds.read(), Outcome.NOT_APPLIED));
            Updated<T> done;
            try {
                done = rounds.done(Waiting.on(rounds.write(), Outcome.MAYBE_APPLIED), null);
            } catch (PreconditionFailedException e) {
                done = rounds.done(null, e);
            }
            if (done != null) {
                return done;
            }
            Waiting.on(rounds.pause(), Outcome.NOT_APPLIED);
        }
    }

    @Override
    public CompletionStage<Shown<T>> getAsync(Bytes key) {
        return AsyncView.away(calls.get(key), calls.transport()).thenApply(this::shown);
    }

    @Override
    public CompletionStage<Updated<T>> updateAsync(Bytes key, Function<Optional<T>, T> change) {
        return next(new Rounds(key, change));
    }

    private CompletionStage<Updated<T>> next(Rounds rounds) {
        return AsyncView.away(rounds.read(), calls.transport()).thenCompose(read -> {
            rounds.read(read);
            return AsyncView.away(rounds.write(), calls.transport())
                    .handle((written, error) -> rounds.done(written, error == null ? null : Typed.known(error)))
                    .thenCompose(done -> done != null
                            ? CompletableFuture.completedFuture(done)
                            : rounds.pause().thenCompose(slept -> next(rounds)));
        });
    }

    private Shown<T> shown(LeaderRead read) {
        return new Shown<>(read.value().map(codec::decode), read.version(), read.info());
    }

    private Expected expected(Shown<T> shown) {
        return shown.version().<Expected>map(Expected.Exactly::new).orElseGet(Expected.Nothing::new);
    }

    private CompletionStage<LeaderWrite> write(Bytes key, T value, Expected expected) {
        return calls.write(key, Optional.of(codec.encode(value)), expected);
    }

    /** One update, round after round. */
    private final class Rounds {
        private final Bytes key;
        private final Function<Optional<T>, T> change;
        private final LeaderCalls newest = calls.newest();
        private int round;
        private @Nullable Shown<T> shown;
        private @Nullable T wanted;

        Rounds(Bytes key, Function<Optional<T>, T> change) {
            this.key = key;
            this.change = change;
        }

        CompletionStage<LeaderRead> read() {
            return newest.get(key);
        }

        void read(LeaderRead read) {
            round++;
            Shown<T> found = shown(read);
            shown = found;
            wanted = change.apply(found.value());
        }

        CompletionStage<LeaderWrite> write() {
            Shown<T> from = shown;
            T value = wanted;
            if (from == null || value == null) {
                throw new IllegalArgumentException("the change of an update must give a value, not null");
            }
            return TypedLed.this.write(key, value, expected(from));
        }

        /** The end, or null for another round; throws what ends it otherwise. */
        @Nullable
        Updated<T> done(@Nullable LeaderWrite written, @Nullable QuorateException refused) {
            T value = wanted;
            if (written != null && value != null) {
                return new Updated<>(value, written, round);
            }
            if (refused != null && !(refused instanceof PreconditionFailedException)) {
                throw refused;
            }
            if (round >= roundsMax) {
                String detail = "others wrote the key in each of " + round + " rounds of read and write";
                throw new UnresolvedConflictException(
                        Problem.of(Problem.UNRESOLVED_CONFLICT, 0, detail, Outcome.NOT_APPLIED), refused);
            }
            return null;
        }

        CompletionStage<Void> pause() {
            return Typed.pause(round, calls.transport());
        }
    }
}
