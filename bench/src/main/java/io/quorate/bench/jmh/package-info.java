/**
 * Benchmarks of the parts, by JMH: placement, versions, codecs, stores, and one whole write and read of three homes in one
 * thread without a network. They say what a part costs by itself; {@code bench load} says what all cost together. Start
 * with {@link io.quorate.bench.jmh.WritePathBench}.
 */
@NullMarked
package io.quorate.bench.jmh;

import org.jspecify.annotations.NullMarked;
