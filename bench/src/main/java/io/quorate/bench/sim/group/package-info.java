/**
 * Leader mode under seeds: whole nodes' parts in one group, from the client's request to the disk. Start with {@link
 * io.quorate.bench.sim.group.GroupSimulation}.
 */
@NullMarked
package io.quorate.bench.sim.group;

import org.jspecify.annotations.NullMarked;
