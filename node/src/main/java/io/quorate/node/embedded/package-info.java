/**
 * The client's way to a node of its own JVM: the same calls, contexts and errors as over HTTP, without the bytes between.
 * Start with {@link io.quorate.node.embedded.NodeTransport}.
 */
@NullMarked
package io.quorate.node.embedded;

import org.jspecify.annotations.NullMarked;
