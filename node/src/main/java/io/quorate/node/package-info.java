/**
 * One server: {@link io.quorate.node.EmbeddedNode} runs a node inside a program, {@link io.quorate.node.NodeMain} is the
 * program itself, {@link io.quorate.node.Wiring} chooses clocks, randomness and threads.
 */
@NullMarked
package io.quorate.node;

import org.jspecify.annotations.NullMarked;
