/**
 * One single-threaded part of a node's data plane: its replicas and the requests in flight on them. Hosted alike by an actor and by the simulator. Start with {@link io.quorate.node.protocol.shard.Shard}.
 */
@NullMarked
package io.quorate.node.protocol.shard;

import org.jspecify.annotations.NullMarked;
