package io.quorate.ring.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing big-endian byte writer, the counterpart of {@link ByteSource}. Not safe for several threads. Reuse one by
 * {@link #clear()} where many small messages are written.
 */
public final class ByteSink {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private byte[] data;
    private int size;

    public ByteSink(int capacity) {
        this.data = new byte[Math.max(16, capacity)];
    }

    public ByteSink() {
        this(256);
    }

    public int size() {
        return size;
    }

    public void clear() {
        size = 0;
    }

    /** A copy of what has been written so far. */
    public byte[] toByteArray() {
        return Arrays.copyOf(data, size);
    }

    public Bytes toBytes() {
        return Bytes.copyOf(data, 0, size);
    }

    /** The array being written to, valid up to {@link #size()} until the next write. */
    public byte[] unsafeArray() {
        return data;
    }

    private void reserve(int more) {
        if (data.length - size < more) {
            data = Arrays.copyOf(data, Math.max(data.length * 2, Math.addExact(size, more)));
        }
    }

    public ByteSink u8(int value) {
        reserve(1);
        data[size++] = (byte) value;
        return this;
    }

    public ByteSink u16(int value) {
        reserve(2);
        data[size++] = (byte) (value >>> 8);
        data[size++] = (byte) value;
        return this;
    }

    public ByteSink u32(int value) {
        reserve(4);
        INTS.set(data, size, value);
        size += 4;
        return this;
    }

    public ByteSink u64(long value) {
        reserve(8);
        LONGS.set(data, size, value);
        size += 8;
        return this;
    }

    /** Unsigned LEB128, one to ten bytes. */
    public ByteSink varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            data[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        data[size++] = (byte) rest;
        return this;
    }

    public ByteSink raw(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, data, size, length);
        size += length;
        return this;
    }

    public ByteSink raw(Bytes bytes) {
        return raw(bytes.unsafeArray(), 0, bytes.length());
    }

    /** A length and then the bytes. */
    public ByteSink bytes(Bytes bytes) {
        return varint(bytes.length()).raw(bytes);
    }

    /** A length in bytes and then the text as UTF-8. */
    public ByteSink text(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return varint(encoded.length).raw(encoded, 0, encoded.length);
    }

    public ByteSink flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** Overwrites four bytes written earlier, for lengths and checksums that are known only afterwards. */
    public void putU32(int position, int value) {
        if (position < 0 || position + 4 > size) {
            throw new IndexOutOfBoundsException(position);
        }
        INTS.set(data, position, value);
    }
}
