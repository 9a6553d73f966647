/**
 * From a key to a point on the ring and to its partition. The hash is frozen: stored data depends on it. Start with {@link io.quorate.ring.token.TokenHash}.
 */
@NullMarked
package io.quorate.ring.token;

import org.jspecify.annotations.NullMarked;
