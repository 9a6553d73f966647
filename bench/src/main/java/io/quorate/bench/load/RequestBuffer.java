package io.quorate.bench.load;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of one request, in a buffer that grows to the largest request and is used again. Not thread-safe. */
final class RequestBuffer {
    private static final int INITIAL_BYTES = 2048;
    private static final int DIGITS_MAX = 20;

    private byte[] data = new byte[INITIAL_BYTES];
    private int length;

    RequestBuffer clear() {
        length = 0;
        return this;
    }

    RequestBuffer bytes(byte[] source) {
        return bytes(source, 0, source.length);
    }

    RequestBuffer bytes(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, data, length, count);
        length += count;
        return this;
    }

    RequestBuffer text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a number of 0 or more in decimal. */
    RequestBuffer number(long number) {
        reserve(DIGITS_MAX);
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            data[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(data, 0, length);
    }

    @Override
    public String toString() {
        return new String(data, 0, length, StandardCharsets.ISO_8859_1);
    }

    private void reserve(int count) {
        if (data.length - length < count) {
            data = Arrays.copyOf(data, Math.max(2 * data.length, length + count));
        }
    }
}
