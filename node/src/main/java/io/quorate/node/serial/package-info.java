/**
 * Bytes between nodes: frames with a checksum, hand-written codecs for the data plane, and Kryo, fenced in, for the rest. Start with {@link io.quorate.node.serial.FrameCodec}.
 */
@NullMarked
package io.quorate.node.serial;

import org.jspecify.annotations.NullMarked;
