/**
 * How long peers take, how long messages were under way, and whether this process stood still: what routing, hedging,
 * repetitions and deadlines go by. Knows nothing of requests. Start with
 * {@link io.quorate.node.protocol.pace.AnswerTimes}.
 */
@NullMarked
package io.quorate.node.protocol.pace;

import org.jspecify.annotations.NullMarked;
