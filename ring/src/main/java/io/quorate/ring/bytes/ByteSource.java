package io.quorate.ring.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A bounded big-endian byte reader. Every length is checked against a limit and against what is left <em>before</em>
 * anything is allocated; whatever is wrong ends in a {@link DecodeException}.
 */
public final class ByteSource {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] data;
    private final int end;
    private int at;

    public ByteSource(byte[] data, int offset, int length) {
        if (offset < 0 || length < 0 || offset > data.length - length) {
            throw new IndexOutOfBoundsException("offset " + offset + " length " + length + " of " + data.length);
        }
        this.data = data;
        this.at = offset;
        this.end = offset + length;
    }

    public ByteSource(byte[] data) {
        this(data, 0, data.length);
    }

    public ByteSource(Bytes bytes) {
        this(bytes.unsafeArray());
    }

    public int remaining() {
        return end - at;
    }

    public int position() {
        return at;
    }

    private void need(int count) {
        if (count > end - at) {
            throw new DecodeException("cut short: needs " + count + " bytes, has " + (end - at));
        }
    }

    public int u8() {
        need(1);
        return data[at++] & 0xff;
    }

    public int u16() {
        need(2);
        int value = (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
        at += 2;
        return value;
    }

    public int u32() {
        need(4);
        int value = (int) INTS.get(data, at);
        at += 4;
        return value;
    }

    public long u64() {
        need(8);
        long value = (long) LONGS.get(data, at);
        at += 8;
        return value;
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            if (shift == 63 && b > 1) {
                throw new DecodeException("varint beyond 64 bits");
            }
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new DecodeException("varint without end");
    }

    /** A non-negative count of at most {@code max}. */
    public int count(int max) {
        long value = varint();
        if (value < 0 || value > max) {
            throw new DecodeException("count " + Long.toUnsignedString(value) + " above the limit of " + max);
        }
        return (int) value;
    }

    /** A count of things of which each takes at least {@code minEach} bytes, so that it cannot exceed what is left. */
    public int count(int max, int minEach) {
        int value = count(max);
        if ((long) value * minEach > remaining()) {
            throw new DecodeException("count " + value + " needs more than the " + remaining() + " bytes left");
        }
        return value;
    }

    public Bytes bytes(int maxLength) {
        int length = count(maxLength, 1);
        Bytes value = Bytes.copyOf(data, at, length);
        at += length;
        return value;
    }

    public Bytes raw(int length) {
        if (length < 0) {
            throw new DecodeException("negative length " + length);
        }
        need(length);
        Bytes value = Bytes.copyOf(data, at, length);
        at += length;
        return value;
    }

    public void skip(int length) {
        need(length);
        at += length;
    }

    public String text(int maxBytes) {
        int length = count(maxBytes, 1);
        int start = at;
        at += length;
        for (int i = start; i < at; i++) {
            if (data[i] < 0) {
                return strictUtf8(start, length);
            }
        }
        return new String(data, start, length, StandardCharsets.ISO_8859_1);
    }

    private String strictUtf8(int start, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(data, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DecodeException("text is not UTF-8", e);
        }
    }

    public boolean flag() {
        int value = u8();
        if (value > 1) {
            throw new DecodeException("flag " + value);
        }
        return value == 1;
    }

    /** Refuses bytes after the end of what was expected. */
    public void end() {
        if (at != end) {
            throw new DecodeException(remaining() + " bytes too many");
        }
    }
}
