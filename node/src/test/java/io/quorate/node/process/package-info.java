/** Nodes as processes of their own, and what happens to processes: signals, crashes, freezes, cut links. */
@NullMarked
package io.quorate.node.process;

import org.jspecify.annotations.NullMarked;
