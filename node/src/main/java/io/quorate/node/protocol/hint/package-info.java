/**
 * Hinted handoff: writes kept for homes that could not take them. Start with
 * {@link io.quorate.node.protocol.hint.HintBook}.
 */
@NullMarked
package io.quorate.node.protocol.hint;

import org.jspecify.annotations.NullMarked;
