/**
 * The ring as all nodes agreed on it at one epoch. Start with {@link io.quorate.ring.epoch.RingState}.
 */
@NullMarked
package io.quorate.ring.epoch;

import org.jspecify.annotations.NullMarked;
