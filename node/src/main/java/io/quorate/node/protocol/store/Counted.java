package io.quorate.node.protocol.store;

import io.quorate.repair.merkle.LeafTable;

/**
 * What a group's state on disk adds up to, counted from what lies there.
 *
 * @param contents by leaf: of every version its key, its tag and all that its writer gave; equal for replicas whose states are
 * @param others the same of all writes that are remembered by their idempotency keys, and of the log's time
 * @param kept the sum over the hash tree as it was kept with the writes
 * @param damage what does not fit together on this disk, in words; empty if everything does
 */
public record Counted(LeafTable contents, LeafTable.Sum others, LeafTable.Sum kept, String damage) {}
