/**
 * One replica of one partition: the only place where versions of stored keys change. Start with {@link io.quorate.node.protocol.replica.Replica}.
 */
@NullMarked
package io.quorate.node.protocol.replica;

import org.jspecify.annotations.NullMarked;
