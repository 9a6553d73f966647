/**
 * What judges a run: keepers of whole histories that share no logic with the store. Start with {@link io.quorate.bench.check.CausalOracle}.
 */
@NullMarked
package io.quorate.bench.check;

import org.jspecify.annotations.NullMarked;
