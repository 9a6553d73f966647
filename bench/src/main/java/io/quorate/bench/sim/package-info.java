/**
 * The deterministic simulator: the machines of a whole cluster on one thread, in virtual time, under seeded faults. Start with {@link io.quorate.bench.sim.Simulation}.
 */
@NullMarked
package io.quorate.bench.sim;

import org.jspecify.annotations.NullMarked;
