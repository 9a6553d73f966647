/**
 * The load generator: puts and gets against a running store over HTTP, and what they cost.
 *
 * <p>A run is a row of phases (preload, warm-up, the measured window), each carried out by a {@link
 * io.quorate.bench.load.ClientCrew}: one thread, one connection and one share of the keys a client. What a client does
 * is a {@link io.quorate.bench.load.ClientTask}; when its next operation is due is a {@link io.quorate.bench.load.Pace}.
 * The room knows the HTTP contract only, nothing of the nodes behind it. Start with {@link
 * io.quorate.bench.load.LoadRun}.
 */
@NullMarked
package io.quorate.bench.load;

import org.jspecify.annotations.NullMarked;
