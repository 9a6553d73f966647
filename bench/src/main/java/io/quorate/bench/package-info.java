/**
 * What judges the store from outside and inside. Here is only the command line; each package below is one kind of
 * judge. Start with {@link io.quorate.bench.BenchMain}.
 */
@NullMarked
package io.quorate.bench;

import org.jspecify.annotations.NullMarked;
