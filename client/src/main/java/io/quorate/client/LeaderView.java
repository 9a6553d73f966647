package io.quorate.client;

import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import java.time.Duration;

/**
 * A leader bucket at one level of reads and one of writes. Immutable, for any number of threads. The methods block; the
 * same calls without waiting are behind {@link #async()}.
 *
 * <p>All writes of a key stand in one order, so there are no siblings and no contexts: a write replaces what is there, or is
 * made dependent on what is there. One whose condition does not hold fails with a
 * {@link io.quorate.client.error.PreconditionFailedException}, which tells the version that the key has.
 *
 * <p>Keys are 1 to 1024 bytes, none of them NUL; a {@code String} stands for its UTF-8 bytes. All calls fail with the
 * subclasses of {@link io.quorate.client.error.QuorateException}, which say what to do next. In particular a write at
 * {@link WriteLevel#SYNC} that only a majority had by its deadline says {@code APPLIED_BELOW_LEVEL}: it is made.
 */
public interface LeaderView {
    /** The same view with another level of reads, and no {@link #withMaxLag limit of age}. */
    LeaderView withReads(ReadLevel level);

    /** The same view with another level of writes. */
    LeaderView withWrites(WriteLevel level);

    /**
     * The same view, whose reads any replica may answer that is at most so far behind, 1 ms to 60 s: at
     * {@link ReadLevel#FOLLOWER}. A replica that is further behind has the leader answer.
     *
     * @throws IllegalArgumentException if out of range
     */
    LeaderView withMaxLag(Duration maxLag);

    /**
     * The same view for somebody who has seen what the session has: reads see all of that, on any replica, and the session
     * learns from every answer.
     */
    LeaderView withSession(Session session);

    /**
     * The same view with another deadline for the store, 1 ms to 60 s. A call returns by then, or a small allowance later
     * at most.
     *
     * @throws IllegalArgumentException if out of range
     */
    LeaderView withTimeout(Duration timeout);

    /**
     * The same view for one write that carries this key, 1 to 64 visible ASCII characters. The client makes such keys
     * itself, so that it may safely repeat a write within one call; give one to repeat a write over several calls, as
     * after a restart of your program: it is made once, and each repeat is told what came of it. The same key with
     * another value or condition is refused.
     *
     * @throws io.quorate.client.error.RequestRefusedException if it cannot be one
     */
    LeaderView withIdempotencyKey(String key);

    /** This bucket with values of your own type, and updates that are read, changed and written. */
    <T> TypedLeaderView<T> as(Codec<T> codec);

    /** The same calls as stages. */
    AsyncLeaderView async();

    /** Reads a key. */
    LeaderRead get(Bytes key);

    /** As {@link #get(Bytes)}. */
    default LeaderRead get(String key) {
        return get(Bytes.ofUtf8(key));
    }

    /** Writes a value, whatever is there. */
    LeaderWrite put(Bytes key, Value value);

    /** As {@link #put(Bytes, Value)}. */
    default LeaderWrite put(String key, Value value) {
        return put(Bytes.ofUtf8(key), value);
    }

    /** As {@link #put(Bytes, Value)}, with a text. */
    default LeaderWrite put(String key, String text) {
        return put(key, Value.ofText(text));
    }

    /**
     * Writes a value if the key has none.
     *
     * @throws io.quorate.client.error.PreconditionFailedException if it has one
     */
    LeaderWrite putIfAbsent(Bytes key, Value value);

    /** As {@link #putIfAbsent(Bytes, Value)}. */
    default LeaderWrite putIfAbsent(String key, Value value) {
        return putIfAbsent(Bytes.ofUtf8(key), value);
    }

    /** As {@link #putIfAbsent(Bytes, Value)}, with a text. */
    default LeaderWrite putIfAbsent(String key, String text) {
        return putIfAbsent(key, Value.ofText(text));
    }

    /**
     * Writes a value if the key still has this version.
     *
     * @throws io.quorate.client.error.PreconditionFailedException if it has another, or no value
     */
    LeaderWrite compareAndSet(Bytes key, LeaderVersion expected, Value value);

    /** As {@link #compareAndSet(Bytes, LeaderVersion, Value)}. */
    default LeaderWrite compareAndSet(String key, LeaderVersion expected, Value value) {
        return compareAndSet(Bytes.ofUtf8(key), expected, value);
    }

    /** As {@link #compareAndSet(Bytes, LeaderVersion, Value)}, with a text. */
    default LeaderWrite compareAndSet(String key, LeaderVersion expected, String text) {
        return compareAndSet(key, expected, Value.ofText(text));
    }

    /**
     * Writes a value if the key still is as a read has shown it, with or without a value.
     *
     * @throws io.quorate.client.error.PreconditionFailedException if somebody has written since
     */
    default LeaderWrite compareAndSet(Bytes key, LeaderRead shown, Value value) {
        return shown.version().isEmpty()
                ? putIfAbsent(key, value)
                : compareAndSet(key, shown.version().get(), value);
    }

    /** As {@link #compareAndSet(Bytes, LeaderRead, Value)}. */
    default LeaderWrite compareAndSet(String key, LeaderRead shown, Value value) {
        return compareAndSet(Bytes.ofUtf8(key), shown, value);
    }

    /** As {@link #compareAndSet(Bytes, LeaderRead, Value)}, with a text. */
    default LeaderWrite compareAndSet(String key, LeaderRead shown, String text) {
        return compareAndSet(key, shown, Value.ofText(text));
    }

    /** Deletes a key, whatever is there, or if nothing is. */
    LeaderWrite delete(Bytes key);

    /** As {@link #delete(Bytes)}. */
    default LeaderWrite delete(String key) {
        return delete(Bytes.ofUtf8(key));
    }

    /**
     * Deletes a key if it still has this version.
     *
     * @throws io.quorate.client.error.PreconditionFailedException if it has another, or no value
     */
    LeaderWrite compareAndDelete(Bytes key, LeaderVersion expected);

    /** As {@link #compareAndDelete(Bytes, LeaderVersion)}. */
    default LeaderWrite compareAndDelete(String key, LeaderVersion expected) {
        return compareAndDelete(Bytes.ofUtf8(key), expected);
    }
}
