/**
 * Names and encodings that client and node share: headers, error codes, context tokens. Start with {@link io.quorate.ring.wire.HttpNames}.
 */
@NullMarked
package io.quorate.ring.wire;

import org.jspecify.annotations.NullMarked;
