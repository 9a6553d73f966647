/**
 * Which nodes hold a partition, in which order, and who stands in. Pure functions of the membership; never of who is up. Start with {@link io.quorate.ring.placement.PartitionTable}.
 */
@NullMarked
package io.quorate.ring.placement;

import org.jspecify.annotations.NullMarked;
