/**
 * Whole Raft groups under seeds, in virtual time: start with {@link io.quorate.bench.sim.raft.RaftSimulation}.
 */
@NullMarked
package io.quorate.bench.sim.raft;

import org.jspecify.annotations.NullMarked;
