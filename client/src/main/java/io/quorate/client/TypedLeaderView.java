package io.quorate.client;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.led.LeaderVersion;
import io.quorate.ring.bytes.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A leader bucket at one level of reads and one of writes, with values of a type. Immutable, for any number of threads.
 */
public interface TypedLeaderView<T> {
    /** Rounds of an update before it gives up, unless {@link #withRoundsMax} says otherwise. */
    int DEFAULT_ROUNDS_MAX = 10;

    /**
     * What a key holds.
     *
     * @param value empty if there is none
     * @param version of the value: what a later write can be made dependent on
     */
    record Shown<T>(Optional<T> value, Optional<LeaderVersion> version, LeaderInfo info) {}

    /**
     * An update done.
     *
     * @param value what it has written
     * @param rounds how often the key was read and written; all but the last write were not made
     */
    record Updated<T>(T value, LeaderWrite written, int rounds) {}

    /** The same view with another limit for {@link #update}, at least 1. */
    TypedLeaderView<T> withRoundsMax(int rounds);

    /** Reads a key. */
    Shown<T> get(Bytes key);

    /** As {@link #get(Bytes)}. */
    default Shown<T> get(String key) {
        return get(Bytes.ofUtf8(key));
    }

    /** Writes a value, whatever is there. */
    LeaderWrite put(Bytes key, T value);

    /** As {@link #put(Bytes, Object)}. */
    default LeaderWrite put(String key, T value) {
        return put(Bytes.ofUtf8(key), value);
    }

    /**
     * Writes a value if the key still is as a read has shown it, with or without a value.
     *
     * @throws io.quorate.client.error.PreconditionFailedException if somebody has written since
     */
    LeaderWrite compareAndSet(Bytes key, Shown<T> shown, T value);

    /** As {@link #compareAndSet(Bytes, Shown, Object)}. */
    default LeaderWrite compareAndSet(String key, Shown<T> shown, T value) {
        return compareAndSet(Bytes.ofUtf8(key), shown, value);
    }

    /**
     * Reads a key, applies the change and writes the result if nobody has written meanwhile; else again, with a short pause
     * between.
     *
     * <p>The change may be applied several times, each time to what the key held then, and its result is written once: so it
     * may count. It reads at {@link io.quorate.ring.consistency.ReadLevel#LINEARIZABLE}, or at {@code LEASE} if the view
     * does, so that it waits for no follower. A failure whose outcome is not {@code NOT_APPLIED} leaves open whether the last
     * result was written; the change must not be made anew blindly then.
     *
     * @param change gets the value, empty if there is none, and gives the new one
     * @throws io.quorate.client.error.UnresolvedConflictException if others kept writing for all rounds; nothing was written
     */
    Updated<T> update(Bytes key, Function<Optional<T>, T> change);

    /** As {@link #update(Bytes, Function)}. */
    default Updated<T> update(String key, Function<Optional<T>, T> change) {
        return update(Bytes.ofUtf8(key), change);
    }

    /** As {@link #get(Bytes)}, as a stage. */
    CompletionStage<Shown<T>> getAsync(Bytes key);

    /** As {@link #update(Bytes, Function)}, as a stage; the change is applied where callbacks run. */
    CompletionStage<Updated<T>> updateAsync(Bytes key, Function<Optional<T>, T> change);
}
