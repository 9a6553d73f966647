/**
 * How homes that differ come together by themselves: the hash tree finds what differs, the clocks decide what becomes of
 * it. Start with {@link io.quorate.node.protocol.antientropy.Round}.
 */
@NullMarked
package io.quorate.node.protocol.antientropy;

import org.jspecify.annotations.NullMarked;
