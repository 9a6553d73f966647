package io.quorate.bench.load;

import java.util.Locale;

/** Which node an operation is sent to. */
enum Route {
    /** Client i keeps to node i mod their number. */
    SPREAD,
    /** The first home of the key, as {@code GET /v1/ring} told at the start. */
    RING;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
