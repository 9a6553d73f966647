/**
 * How frames get from node to node: one small interface, Artery behind it, and the faults that tests and lessons put in the way. Start with {@link io.quorate.node.transport.Transport}.
 */
@NullMarked
package io.quorate.node.transport;

import org.jspecify.annotations.NullMarked;
