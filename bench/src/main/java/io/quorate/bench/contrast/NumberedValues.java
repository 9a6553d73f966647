package io.quorate.bench.contrast;

import io.quorate.client.data.Value;
import io.quorate.ring.bytes.Bytes;

/** Values of one size that begin with a number. */
final class NumberedValues {
    /** Room for the number and the end of it. */
    static final int BYTES_MIN = 16;

    private final String filler;

    NumberedValues(int bytes) {
        // Not to be pressed together on the way: digits of an irrational number would do as well.
        StringBuilder text = new StringBuilder(bytes);
        for (long x = 1; text.length() < bytes; x = x * 6364136223846793005L + 1442695040888963407L) {
            text.append((char) ('a' + Math.floorMod(x >> 33, 26)));
        }
        this.filler = text.toString();
    }

    Value of(int number) {
        String head = number + " ";
        return Value.ofText(head + filler.substring(head.length()));
    }

    /** The number that a value begins with. */
    static int number(Bytes value) {
        String text = value.toUtf8();
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }
}
