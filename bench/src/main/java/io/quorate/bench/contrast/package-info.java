/**
 * The two ways of replication beside each other: one workload, one ring, one machine, the same outages, and what clients
 * were told meanwhile. Start with {@link io.quorate.bench.contrast.ContrastRun}.
 */
@NullMarked
package io.quorate.bench.contrast;

import org.jspecify.annotations.NullMarked;
