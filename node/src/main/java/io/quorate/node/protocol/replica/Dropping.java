package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.version.KeyState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds, a page of keys at a time, what goes with a deleted bucket. */
final class Dropping {
    private final PartitionStore store;
    private final ReplicaSetId set;
    private final Commits commits;
    private final Census census;
    private final Remnants remnants;

    /**
     * What was found in a page.
     *
     * @param last key that was looked at; null if there are no more
     * @param skipped whether a key could not be dropped because it is being changed
     */
    record Page(List<Commit.Change> changes, @Nullable RecordKey last, boolean skipped) {}

    Dropping(PartitionStore store, ReplicaSetId set, Commits commits, Census census, Remnants remnants) {
        this.store = store;
        this.set = set;
        this.commits = commits;
        this.census = census;
        this.remnants = remnants;
    }

    /** What a bucket's generation holds among the next {@code limit} keys; counted as gone. */
    Page next(String bucket, int generation, @Nullable RecordKey after, int limit) {
        List<RecordKey> page = store.keysAfter(set, after, limit);
        List<Commit.Change> changes = new ArrayList<>();
        boolean skipped = false;
        for (RecordKey key : page) {
            if (!key.bucket().equals(bucket) || key.generation() != generation) {
                continue;
            }
            if (commits.isChanging(key)) {
                skipped = true;
                continue;
            }
            KeyState before;
            try {
                before = store.read(key);
            } catch (CorruptRecordException e) {
                before = KeyState.EMPTY;
            }
            census.changed(key, before, KeyState.EMPTY);
            remnants.remove(key);
            changes.add(census.change(key, KeyState.EMPTY, false));
        }
        return new Page(changes, page.size() < limit ? null : page.get(page.size() - 1), skipped);
    }
}
