/**
 * What only leader buckets have: versions that writes can be made dependent on, and sessions. Start with
 * {@link io.quorate.client.led.Session}.
 */
@NullMarked
package io.quorate.client.led;

import org.jspecify.annotations.NullMarked;
