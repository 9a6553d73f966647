package io.quorate.node.storage;

import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Something to be written: all of it or nothing. Its methods are called on the writer's thread. */
interface Change {
    /** What it weighs in a batch, near enough. */
    long bytes();

    /** Whether somebody waits until it is durable; else it becomes so with the next that somebody waits for. */
    default boolean isAwaited() {
        return true;
    }

    /**
     * Whether its submitter goes on from it before it has ended: after a failure that one has to forget what it has in memory.
     * Whoever waits for the end, or begins anew from the disk after a failure, has nothing to forget.
     */
    default boolean isBuiltOn() {
        return false;
    }

    /** Of what replica set it brings a header; null for none. */
    default @Nullable ReplicaSetId headerOf() {
        return null;
    }

    /**
     * Adds it to a batch.
     *
     * @param lastHeader whether no later change of this batch brings a header of the same replica set, which includes this one's
     */
    void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException;

    /** It is written, or {@code failure} says why not. */
    void ended(@Nullable StorageException failure);
}
