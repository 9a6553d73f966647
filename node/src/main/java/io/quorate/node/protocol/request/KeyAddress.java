package io.quorate.node.protocol.request;

import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.store.RecordKey;

/**
 * A key and what its bucket's definition says about it, resolved by the node that took the request, so that a home which
 * has not yet heard of the bucket can serve it.
 *
 * @param sloppy whether other nodes may stand in for homes that cannot be reached
 */
public record KeyAddress(
        RecordKey record, ReadRepair readRepair, int maxSiblings, Conflicts conflicts, boolean sloppy) {
    /** An address whose levels count home replicas only. */
    public KeyAddress(RecordKey record, ReadRepair readRepair, int maxSiblings, Conflicts conflicts) {
        this(record, readRepair, maxSiblings, conflicts, false);
    }

    /** Whether readers are shown one version only, that of the latest stamp. */
    public boolean lastWriterWins() {
        return conflicts == Conflicts.LWW;
    }

    public int n() {
        return record.set().n();
    }

    public int partition() {
        return record.set().partition();
    }
}
