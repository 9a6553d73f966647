/**
 * What judges a run: keepers of whole histories that share no logic with the store. Start with {@link
 * io.quorate.bench.check.CausalOracle} for leaderless buckets, and with {@link io.quorate.bench.check.LinearizabilityCheck} for
 * those of groups.
 */
@NullMarked
package io.quorate.bench.check;

import org.jspecify.annotations.NullMarked;
