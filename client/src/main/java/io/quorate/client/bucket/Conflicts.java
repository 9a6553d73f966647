package io.quorate.client.bucket;

import java.util.Locale;

/** What becomes of versions that were written without knowing of each other. */
public enum Conflicts {
    /** Readers get all of them. */
    SIBLINGS,
    /** Readers get the last by clock; the others are lost. */
    LWW;

    /** The word of the contract. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
