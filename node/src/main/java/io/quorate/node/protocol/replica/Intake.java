package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * Whether changes that build on what was read at a certain time may still be made: not while the store takes none, and not
 * once it has been opened again, because a commit that failed before may then turn out to be on the disk.
 */
final class Intake {
    private final PartitionStore store;
    private final long generation;

    /** As of now; to be made before anything is read. */
    Intake(PartitionStore store) {
        this.store = store;
        this.generation = store.generation();
    }

    boolean isOutdated() {
        return store.generation() != generation;
    }

    @Nullable
    StorageException refusal() {
        return isOutdated() ? StorageException.noRoom("it has just got room again; retry") : store.refusal();
    }

    /** To be called before anything is changed in memory, so that a refusal leaves nothing to undo. */
    void refuseIfClosed() {
        StorageException refusal = refusal();
        if (refusal != null) {
            throw refusal;
        }
    }
}
