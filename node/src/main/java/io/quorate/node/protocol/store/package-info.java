/**
 * What the protocols ask of a disk: the interface that RocksDB, memory and the simulator's disk implement. Start with {@link io.quorate.node.protocol.store.PartitionStore}.
 */
@NullMarked
package io.quorate.node.protocol.store;

import org.jspecify.annotations.NullMarked;
