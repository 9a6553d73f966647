/**
 * What a client asks of the data plane and what it is answered, free of HTTP. Start with {@link io.quorate.node.protocol.request.KeyRequest}.
 */
@NullMarked
package io.quorate.node.protocol.request;

import org.jspecify.annotations.NullMarked;
