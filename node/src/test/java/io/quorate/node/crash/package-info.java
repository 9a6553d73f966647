/**
 * A whole cluster in a process of its own is killed under load, and what it acknowledged is looked for. Start with
 * {@link io.quorate.node.crash.AcknowledgedWritesSurviveKillTest}.
 */
@NullMarked
package io.quorate.node.crash;

import org.jspecify.annotations.NullMarked;
