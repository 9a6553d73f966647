package io.quorate.ring.wire;

import java.util.Locale;

/** Whether the write that an error answers may have happened. */
public enum Outcome {
    NOT_APPLIED,
    MAYBE_APPLIED,
    APPLIED_BELOW_LEVEL;

    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
