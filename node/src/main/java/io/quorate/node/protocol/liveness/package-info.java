/**
 * Who can be talked to right now, by pairwise exchange. Never decides who owns anything. Start with {@link io.quorate.node.protocol.liveness.Liveness}.
 */
@NullMarked
package io.quorate.node.protocol.liveness;

import org.jspecify.annotations.NullMarked;
