package io.quorate.client.spi;

import io.quorate.client.led.LeaderVersion;

/** What must hold of a leader bucket's key for a write to be made. */
public sealed interface Expected {
    /** Nothing. */
    record Anything() implements Expected {}

    /** The key has no value. */
    record Nothing() implements Expected {}

    /** The key has this version. */
    record Exactly(LeaderVersion version) implements Expected {}
}
