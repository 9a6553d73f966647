package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.RecordKey;
import org.jspecify.annotations.Nullable;

/**
 * A step through the keys of a replica that removes those of a bucket's generation.
 *
 * @param commit to wait for; 0 if nothing was removed
 * @param next where the following step goes on; null at the end
 * @param skipped whether a key was left because changes of it are on their way to the disk
 */
public record Drop(long commit, @Nullable RecordKey next, boolean skipped) {}
