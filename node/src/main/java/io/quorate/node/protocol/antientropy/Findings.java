package io.quorate.node.protocol.antientropy;

import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;

/** What rounds have found and moved. */
public final class Findings {
    private static final int KEY_BYTES = 32;
    private static final int VERSION_BYTES = 64;

    private long keysCompared;
    private long keysRepaired;
    private long leavesDiffering;
    private long bytes;

    void compared() {
        keysCompared++;
        bytes += KEY_BYTES;
    }

    void repaired() {
        keysRepaired++;
    }

    void leafDiffers() {
        leavesDiffering++;
    }

    void moved(KeyState state) {
        bytes += bytesOf(state);
    }

    static long bytesOf(KeyState state) {
        long bytes = 0;
        for (Version version : state.versions()) {
            bytes += VERSION_BYTES + version.value().length();
        }
        return bytes;
    }

    /** Adds what other rounds have found. */
    public void add(Findings more) {
        keysCompared += more.keysCompared;
        keysRepaired += more.keysRepaired;
        leavesDiffering += more.leavesDiffering;
        bytes += more.bytes;
    }

    public long keysCompared() {
        return keysCompared;
    }

    public long keysRepaired() {
        return keysRepaired;
    }

    public long leavesDiffering() {
        return leavesDiffering;
    }

    /** Of keys and values that came or went, near enough. */
    public long bytes() {
        return bytes;
    }
}
