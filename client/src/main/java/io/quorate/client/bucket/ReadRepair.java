package io.quorate.client.bucket;

import java.util.Locale;

/** When a read brings the stale replicas up to date that it met. */
public enum ReadRepair {
    /** Before it answers. */
    BLOCKING,
    /** After it answered. */
    ASYNC,
    /** Not at all. */
    NONE;

    /** The word of the contract. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
