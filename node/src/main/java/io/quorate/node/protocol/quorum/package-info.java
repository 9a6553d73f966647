/**
 * Coordinators of one request each: they count answers and decide. No I/O, no clock of their own. Start with {@link io.quorate.node.protocol.quorum.WriteCoordinator}.
 */
@NullMarked
package io.quorate.node.protocol.quorum;

import org.jspecify.annotations.NullMarked;
