/** Transports across a network that is really cut: processes in network namespaces of their own. */
@NullMarked
package io.quorate.node.transport.cut;

import org.jspecify.annotations.NullMarked;
