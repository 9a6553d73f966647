package io.quorate.node.protocol.store;

import com.google.common.collect.ImmutableList;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * What some entries of a group's log make of its state: all of it becomes visible together or not at all. Nobody waits for
 * its disk, because the log holds those entries until this is durable.
 *
 * @param generation of the store when the group was opened: what builds on an earlier one is refused
 * @param endsEra whether the log's time has come to a new era, so that requests of the one before the last are forgotten
 */
public record GroupCommit(
        ReplicaSetId set,
        long generation,
        ImmutableList<Commit.Change> changes,
        Header header,
        ImmutableList<Remembered> requests,
        boolean endsEra) {

    /** Bytes of its values: what it weighs in a batch, near enough. */
    public long bytes() {
        long bytes = 64;
        for (Commit.Change change : changes) {
            for (Version version : change.state().versions()) {
                bytes += version.value().length();
            }
        }
        return bytes;
    }

    /**
     * What is kept once for a group.
     *
     * @param index of the last entry of the log that is in the state, and {@code term} its term; 0 for none
     * @param configuration who belonged to the group there, encoded
     * @param millis the log's time: the highest that an entry bore
     * @param keys that have a value
     */
    public record Header(long index, long term, Bytes configuration, long millis, long keys, RequestCount requests) {
        /** The era of the log's time, by which requests are forgotten. */
        public int era() {
            return (int) (millis / ERA_MILLIS);
        }
    }

    /** Requests are remembered for one to two of these. */
    public static final long ERA_MILLIS = 600_000;

    /**
     * How many requests are remembered, counted when they come in.
     *
     * @param present of the era of the log's time
     * @param before of the era before that
     */
    public record RequestCount(long present, long before) {
        public static final RequestCount NONE = new RequestCount(0, 0);

        /** So many eras later, when nothing has come in meanwhile. */
        public RequestCount after(int eras) {
            return switch (eras) {
                case 0 -> this;
                case 1 -> new RequestCount(0, present);
                default -> NONE;
            };
        }

        /** With one more of the present era. */
        public RequestCount plusOne() {
            return new RequestCount(present + 1, before);
        }

        public long sum() {
            return present + before;
        }
    }

    /**
     * What became of a write that bore an idempotency key.
     *
     * @param id 16 bytes: hash of bucket, generation, key and idempotency key
     * @param era when, by the log's time
     * @param done whether it was done; else its condition did not hold
     * @param term of the entry that did it, or of the version that stood in the way; 0 if there was none
     */
    public record Remembered(Bytes id, int era, long bodyHash, boolean done, long term, long index) {}

    /**
     * A state as it travels to a member whose log does not lead to it: its parts in the form they have on disk.
     *
     * @param kind as the store names it
     */
    public record Row(int kind, Bytes key, Bytes value) {}

    /** A group as found on disk; {@code header} is null if it never applied anything. */
    public record Opened(@Nullable Header header, LeafTable leaves) {}
}
