/**
 * Which nodes there are and where they stand. Says nothing of which of them are up. Start with {@link io.quorate.ring.topology.Membership}.
 */
@NullMarked
package io.quorate.ring.topology;

import org.jspecify.annotations.NullMarked;
