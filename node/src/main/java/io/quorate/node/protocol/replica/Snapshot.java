package io.quorate.node.protocol.replica;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.PartitionClock;

/**
 * Rule E1: the clock, the inner nodes of the hash tree, and all contexts that the clock's base does not cover, of one
 * moment.
 *
 * @param commit to wait for before it is told to anybody; 0 for none
 */
public record Snapshot(
        PartitionClock clock,
        ImmutableLongArray branches,
        ImmutableMap<RecordKey, CausalContext> contexts,
        long commit) {}
