/**
 * Frames between nodes over plain TCP connections, one for each peer and lane, opened anew as soon as they fall silent. Start with {@link io.quorate.node.transport.tcp.TcpTransport}.
 */
@NullMarked
package io.quorate.node.transport.tcp;

import org.jspecify.annotations.NullMarked;
