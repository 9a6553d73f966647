package io.quorate.node.storage;

import java.util.Locale;
import java.util.Optional;

/** When an acknowledged write is on the disk ({@code quorate.storage.sync}). */
public enum SyncMode {
    /** Before it is acknowledged; writes that wait share one fsync. */
    GROUP,
    /** Up to a second after: a power failure can lose that much of acknowledged writes. */
    INTERVAL,
    /** When the operating system likes: a power failure can lose any of it. */
    OFF;

    public static Optional<SyncMode> parse(String text) {
        for (SyncMode mode : values()) {
            if (mode.text().equals(text.toLowerCase(Locale.ROOT))) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
