/**
 * A group of leader mode as one node has it: the core that agrees on a log, the state machine that the log leads to, and the
 * requests that wait for either. Start with {@link io.quorate.node.protocol.group.Group}.
 */
@NullMarked
package io.quorate.node.protocol.group;

import org.jspecify.annotations.NullMarked;
