package io.quorate.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers the first bytes of a connection up to a whole {@link Greeting} or answer, and refuses at the first wrong one. */
final class GreetingReader {
    private static final int FIRST_PIECE = 1024;

    private final int sizeMax;
    private byte[] bytes;
    private int size;

    /** For one of so many bytes at most. */
    GreetingReader(int sizeMax) {
        this.sizeMax = sizeMax;
        this.bytes = new byte[Math.min(sizeMax, FIRST_PIECE)];
    }

    /** The other side sent something else; the message is for people. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message, null, false, false);
        }
    }

    int size() {
        return size;
    }

    /**
     * Takes what belongs to it and leaves the rest: the whole greeting, or null while some of it is missing.
     *
     * @throws RefusedException naming what came and what was expected
     */
    byte @Nullable [] read(ByteBuf in) {
        take(in, Greeting.HEAD);
        checkHead();
        if (size < Greeting.HEAD) {
            return null;
        }
        int whole = Greeting.HEAD + u16(6);
        if (whole > sizeMax) {
            throw new RefusedException("a greeting of " + whole + " bytes is above the limit of " + sizeMax);
        }
        take(in, whole);
        return size == whole ? Arrays.copyOf(bytes, size) : null;
    }

    private void take(ByteBuf in, int upTo) {
        int count = Math.min(in.readableBytes(), upTo - size);
        if (count > 0) {
            if (size + count > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(sizeMax, Math.max(2 * bytes.length, size + count)));
            }
            in.readBytes(bytes, size, count);
            size += count;
        }
    }

    private void checkHead() {
        for (int i = 0; i < Math.min(size, 4); i++) {
            if (bytes[i] != (byte) (Greeting.MAGIC >>> (24 - 8 * i))) {
                throw new RefusedException("it begins with 0x" + hex(Math.min(size, 4)) + " where a node of this kind"
                        + " sends 0x" + Integer.toHexString(Greeting.MAGIC)
                        + ": what speaks there is no node; have it use another address");
            }
        }
        if (size >= 6 && u16(4) != Greeting.VERSION) {
            throw new RefusedException(
                    "it speaks version " + u16(4) + " of the protocol between nodes, this node speaks "
                            + Greeting.VERSION + ": run releases on both that fit together");
        }
    }

    private String hex(int count) {
        return java.util.HexFormat.of().formatHex(bytes, 0, count);
    }

    private int u16(int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }
}
