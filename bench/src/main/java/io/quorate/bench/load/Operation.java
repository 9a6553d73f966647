package io.quorate.bench.load;

import java.util.Locale;

/** What a client asks of one key. */
enum Operation {
    PUT,
    GET;

    /** The name in reports. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
