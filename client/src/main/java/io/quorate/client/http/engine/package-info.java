/**
 * A small HTTP/1.1 client on non-blocking sockets: one thread, bounded pools of kept-alive connections, no pipelining.
 * Knows nothing of the store. Internal: not for use by programs, and free to change. Start with
 * {@link io.quorate.client.http.engine.HttpEngine}.
 */
@NullMarked
package io.quorate.client.http.engine;

import org.jspecify.annotations.NullMarked;
