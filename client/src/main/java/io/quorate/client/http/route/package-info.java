/**
 * Which node a request goes to, and whether a second one may be sent: pure, with the time given, and used by one thread.
 * Knows no sockets. Start with {@link io.quorate.client.http.route.Nodes}.
 */
@NullMarked
package io.quorate.client.http.route;

import org.jspecify.annotations.NullMarked;
