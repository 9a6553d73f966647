package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A leaderless bucket at one level with values of a type, where siblings become one value by a {@link Resolver}.
 * Immutable, for any number of threads.
 */
public interface TypedView<T> {
    /** Rounds of an update before it gives up, unless {@link #withRoundsMax} says otherwise. */
    int DEFAULT_ROUNDS_MAX = 5;

    /**
     * What a key holds.
     *
     * @param value the one value, or what the resolver made of several; empty if there is none
     * @param siblings how many live versions there are
     * @param context covers all of them: a write with it replaces them all
     */
    record Resolved<T>(Optional<T> value, int siblings, Context context, ResultInfo info) {}

    /**
     * An update done.
     *
     * @param value what the key holds now
     * @param rounds how often it was read and written
     */
    record Updated<T>(T value, WriteResult written, int rounds) {}

    /** The same view with another limit for {@link #update}, at least 1. */
    TypedView<T> withRoundsMax(int rounds);

    /** Reads a key and resolves siblings; writes nothing. */
    Resolved<T> get(Bytes key);

    /** As {@link #get(Bytes)}. */
    default Resolved<T> get(String key) {
        return get(Bytes.ofUtf8(key));
    }

    /** Writes a value in the place of what an earlier result for the key had shown. */
    WriteResult put(Bytes key, T value, Context context);

    /** As {@link #put(Bytes, Object, Context)}. */
    default WriteResult put(String key, T value, Context context) {
        return put(Bytes.ofUtf8(key), value, context);
    }

    /**
     * Reads a key, resolves siblings, applies the change and writes the result with the context of the read; again if
     * others wrote meanwhile, until one value stands.
     *
     * <p>The change is applied anew in each round, to a value that may hold its own effect of an earlier round already. So
     * it must be one that may be applied twice, such as adding an element to a set or setting a field; one that counts
     * may count twice, and needs a leader bucket: {@link TypedLeaderView#update}.
     *
     * @param change gets the value, empty if there is none, and gives the new one
     * @throws io.quorate.client.error.UnresolvedConflictException if others kept writing for all rounds, or the resolver
     *     refuses siblings
     */
    Updated<T> update(Bytes key, Function<Optional<T>, T> change);

    /** As {@link #update(Bytes, Function)}. */
    default Updated<T> update(String key, Function<Optional<T>, T> change) {
        return update(Bytes.ofUtf8(key), change);
    }

    /** As {@link #get(Bytes)}, as a stage. */
    CompletionStage<Resolved<T>> getAsync(Bytes key);

    /** As {@link #update(Bytes, Function)}, as a stage; the change is applied where callbacks run. */
    CompletionStage<Updated<T>> updateAsync(Bytes key, Function<Optional<T>, T> change);
}
