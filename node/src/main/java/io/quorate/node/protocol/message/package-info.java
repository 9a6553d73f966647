/**
 * The messages between nodes, as plain records. Start with {@link io.quorate.node.protocol.message.PeerMessage}.
 */
@NullMarked
package io.quorate.node.protocol.message;

import org.jspecify.annotations.NullMarked;
