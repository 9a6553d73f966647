package io.quorate.client;

import io.quorate.client.Resolver.Version;
import io.quorate.client.TypedView.Resolved;
import io.quorate.client.TypedView.Updated;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.UnresolvedConflictException;
import io.quorate.client.spi.StoreTransport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A view with a codec and a resolver. */
record Typed<T>(RawView calls, Codec<T> codec, Resolver<T> resolver, int roundsMax) implements TypedView<T> {
    static final Resolver<Object> FAIL_ON_CONFLICT = siblings -> {
        throw new IllegalStateException("the view refuses siblings before it asks");
    };

    /** Two that update one key wait for different times before they try again. */
    private static final Duration PAUSE_MAX = Duration.ofMillis(8);

    Typed {
        if (roundsMax < 1) {
            throw new IllegalArgumentException("an update takes at least 1 round, not " + roundsMax);
        }
    }

    @Override
    public TypedView<T> withRoundsMax(int rounds) {
        return new Typed<>(calls, codec, resolver, rounds);
    }

    @Override
    public Resolved<T> get(Bytes key) {
        return resolve(Waiting.on(calls.get(key), Outcome.NOT_APPLIED), Outcome.NOT_APPLIED);
    }

    @Override
    public WriteResult put(Bytes key, T value, Context context) {
        return Waiting.on(calls.put(key, codec.encode(value), Optional.of(context)), Outcome.MAYBE_APPLIED);
    }

    @Override
    public Updated<T> update(Bytes key, Function<Optional<T>, T> change) {
        Rounds rounds = new Rounds(key, change);
        while (true) {
            rounds.read(Waiting.on(calls.get(key), rounds.outcome()));
            WriteResult written = null;
            QuorateException refused = null;
            try {
                written = Waiting.on(rounds.write(), Outcome.MAYBE_APPLIED);
            } catch (QuorateException e) {
                refused = e;
            }
            Updated<T> done = rounds.done(written, refused);
            if (done != null) {
                return done;
            }
            Waiting.on(rounds.pause(), rounds.outcome());
        }
    }

    @Override
    public CompletionStage<Resolved<T>> getAsync(Bytes key) {
        return AsyncView.away(calls.get(key), calls.transport()).thenApply(read -> resolve(read, Outcome.NOT_APPLIED));
    }

    @Override
    public CompletionStage<Updated<T>> updateAsync(Bytes key, Function<Optional<T>, T> change) {
        return next(new Rounds(key, change));
    }

    private CompletionStage<Updated<T>> next(Rounds rounds) {
        return AsyncView.away(calls.get(rounds.key), calls.transport()).thenCompose(read -> {
            rounds.read(read);
            return AsyncView.away(rounds.write(), calls.transport())
                    .handle((written, error) -> rounds.done(written, error == null ? null : known(error)))
                    .thenCompose(done -> done != null
                            ? CompletableFuture.completedFuture(done)
                            : rounds.pause().thenCompose(slept -> next(rounds)));
        });
    }

    static QuorateException known(Throwable error) {
        Throwable cause = Waiting.cause(error);
        if (cause instanceof QuorateException known) {
            return known;
        }
        throw new CompletionException(cause);
    }

    /** A pause after so many rounds, of a length that two who try again do not share. */
    static CompletionStage<Void> pause(int rounds, StoreTransport transport) {
        long nanos = ThreadLocalRandom.current().nextLong(PAUSE_MAX.toNanos() << Math.min(4, rounds - 1));
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, transport.callbacks()));
    }

    private Resolved<T> resolve(ReadResult read, Outcome outcome) {
        List<Sibling> siblings = read.siblings();
        Optional<T> value = Optional.empty();
        if (siblings.size() == 1) {
            value = Optional.of(decode(siblings.get(0)));
        } else if (siblings.size() > 1) {
            if (resolver == FAIL_ON_CONFLICT) {
                throw unresolved(
                        "the key has " + siblings.size() + " siblings and this view resolves none",
                        outcome,
                        read.context().token(),
                        null);
            }
            List<Version<T>> versions = new ArrayList<>(siblings.size());
            siblings.forEach(sibling -> versions.add(new Version<>(decode(sibling), sibling)));
            value = Optional.of(resolver.resolve(versions));
        }
        return new Resolved<>(value, siblings.size(), read.context(), read.info());
    }

    private T decode(Sibling sibling) {
        return codec.decode(new Value(sibling.value(), sibling.contentType()));
    }

    private static UnresolvedConflictException unresolved(
            String detail, Outcome outcome, String context, @Nullable Throwable cause) {
        return new UnresolvedConflictException(
                Problem.of(Problem.UNRESOLVED_CONFLICT, 0, detail, outcome).withContext(context), cause);
    }

    /** One update, round after round. */
    private final class Rounds {
        private final Bytes key;
        private final Function<Optional<T>, T> change;
        private int round;
        private boolean wrote;
        private @Nullable Resolved<T> shown;
        private @Nullable T wanted;

        Rounds(Bytes key, Function<Optional<T>, T> change) {
            this.key = key;
            this.change = change;
        }

        Outcome outcome() {
            return wrote ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED;
        }

        void read(ReadResult read) {
            round++;
            Resolved<T> resolved = resolve(read, outcome());
            shown = resolved;
            wanted = change.apply(resolved.value());
        }

        CompletionStage<WriteResult> write() {
            Resolved<T> from = shown;
            T value = wanted;
            if (from == null || value == null) {
                throw new IllegalArgumentException("the change of an update must give a value, not null");
            }
            return calls.put(key, codec.encode(value), Optional.of(from.context()));
        }

        /** The end, or null for another round; throws what ends it otherwise. */
        @Nullable
        Updated<T> done(@Nullable WriteResult written, @Nullable QuorateException refused) {
            T value = wanted;
            if (refused != null && !refused.code().equals(ErrorCode.TOO_MANY_SIBLINGS.text())) {
                throw refused;
            }
            wrote |= written != null;
            if (written != null && value != null && written.info().siblings() <= 1) {
                return new Updated<>(value, written, round);
            }
            if (round >= roundsMax) {
                throw unresolved(
                        "others wrote the key in each of " + round + " rounds of read and write",
                        outcome(),
                        written == null ? "" : written.context().token(),
                        refused);
            }
            return null;
        }

        CompletionStage<Void> pause() {
            return Typed.pause(round, calls.transport());
        }
    }
}
