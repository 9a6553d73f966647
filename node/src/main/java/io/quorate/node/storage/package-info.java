/**
 * Disks for the protocols: RocksDB and memory behind one interface, the record format, group commit, and the data directory
 * with its lock. The only room that touches RocksDB. Start with {@link io.quorate.node.storage.RocksPartitionStore}.
 */
@NullMarked
package io.quorate.node.storage;

import org.jspecify.annotations.NullMarked;
