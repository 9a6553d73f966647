/**
 * The actors: thin shells that bring inputs to the pure machines and carry their outputs. Start with {@link io.quorate.node.actor.ShardActor}.
 */
@NullMarked
package io.quorate.node.actor;

import org.jspecify.annotations.NullMarked;
