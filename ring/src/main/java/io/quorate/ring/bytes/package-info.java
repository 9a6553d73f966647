/**
 * Byte strings and the bounded reader and writer that every binary format of the project is made of. Knows nothing of what the bytes mean. Start with {@link io.quorate.ring.bytes.Bytes}.
 */
@NullMarked
package io.quorate.ring.bytes;

import org.jspecify.annotations.NullMarked;
