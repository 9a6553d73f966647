/**
 * How many answers are enough. Start with {@link io.quorate.ring.consistency.ConsistencyLevel}.
 */
@NullMarked
package io.quorate.ring.consistency;

import org.jspecify.annotations.NullMarked;
