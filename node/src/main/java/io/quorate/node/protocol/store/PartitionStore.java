package io.quorate.node.protocol.store;

import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a node as its replicas see it. Reads show what is durable and nothing else: a change that is still on its
 * way to the disk is not visible here.
 *
 * <p>Reads may come from one thread per shard. A method that cannot do its work throws {@link StorageException}; a record
 * that cannot be trusted is a {@link CorruptRecordException}.
 */
public interface PartitionStore {
    /** The stripped state of a key, {@link KeyState#EMPTY} if nothing is stored. */
    KeyState read(RecordKey key);

    /** Everything kept once for a replica set; an empty one if it has never been written. */
    Opened open(ReplicaSetId set);

    /** What is kept of a key for a home that could not take it; null if nothing is. */
    @Nullable
    Hint hint(NodeId target, RecordKey key);

    /** Visits every hint that can be read; those that cannot are passed over and counted. */
    long hints(Consumer<Hint> visitor);

    /** The actors that have been retired. */
    Set<RetiredActor> retired();

    /**
     * Makes a change durable and then calls the listener given at {@link #listen}. Never blocks for the disk; changes
     * that wait share one sync.
     */
    void commit(Commit commit);

    /** Where completions go: any thread, in the order of commits for each replica set. Set once, before the first commit. */
    void listen(Consumer<Completion> listener);

    /** A request remembered in this or the last era, or null. */
    Commit.@Nullable RequestEntry findRequest(ReplicaSetId set, Bytes id, int era);

    /**
     * Recomputes a leaf from the records and compares it with the sum stored with the writes (condition C9): true if
     * they agree, so that what this replica does not have is known to be deleted.
     */
    default boolean verifyLeaf(ReplicaSetId set, int leaf) {
        Leaf read = readLeaf(set, leaf);
        if (!read.unreadable().isEmpty()) {
            throw new CorruptRecordException(read.unreadable().size() + " records of leaf " + leaf + " cannot be read");
        }
        return read.matches();
    }

    /** All records of a leaf, from one moment. */
    Leaf readLeaf(ReplicaSetId set, int leaf);

    /**
     * What stands in a leaf.
     *
     * @param records those that can be read, stripped
     * @param matches whether they make up the sum that was stored with the writes; false if any cannot be read
     */
    record Leaf(Map<RecordKey, KeyState> records, List<RecordKey> unreadable, boolean matches) {}

    /** For tests and tools: up to {@code limit} keys of a bucket's generation that have a record, readable or not. */
    List<RecordKey> keysOf(ReplicaSetId set, String bucket, int generation, int limit);

    /**
     * The next keys that have a record, readable or not, in the store's order.
     *
     * @param after where to go on; null to begin
     * @param limit keys at most; fewer are returned only at the end
     */
    List<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit);

    /**
     * Why no change can be taken at present, null if it can. Asked before anything is changed in memory, so that a refusal
     * leaves nothing to undo.
     */
    default @Nullable StorageException refusal() {
        return null;
    }

    /**
     * Says, after a failed commit, that all memory built on it is forgotten: what is committed from now on builds on the
     * disk. False if the store takes nothing more until its node is started again.
     */
    default boolean forgotten() {
        return false;
    }

    /**
     * Rises whenever the store has been opened again after a failure: what was read before that may have changed, because
     * a failed commit may turn out to be on the disk.
     */
    default long generation() {
        return 0;
    }

    /** The end of one commit. */
    record Completion(Commit commit, @Nullable StorageException failure) {}

    /**
     * A replica set as found on disk.
     *
     * @param header null if nothing was ever written
     * @param remnants what keys still hold of contexts; without those that cannot be read, which show when their key is
     */
    record Opened(Commit.@Nullable Header header, LeafTable leaves, Map<RecordKey, Remnant> remnants) {}

    /**
     * A key's context that the clock's base did not cover when it was written.
     *
     * @param bare whether the key has no versions, so that it can go when the clock covers the rest
     */
    record Remnant(CausalContext context, boolean bare) {
        /** Of a stripped state; null if it holds no context. */
        public static @Nullable Remnant of(KeyState stripped) {
            return stripped.context().isEmpty()
                    ? null
                    : new Remnant(stripped.context(), stripped.versions().isEmpty());
        }
    }

    /** For tests and tools: all replica sets with anything stored. */
    List<ReplicaSetId> replicaSets();
}
