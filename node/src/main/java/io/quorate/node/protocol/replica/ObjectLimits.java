package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionCodec;
import org.jspecify.annotations.Nullable;

/** How large a key may grow. */
public final class ObjectLimits {
    /** Bytes of all siblings of a key beyond which no write may add another. */
    public static final long BYTES_MAX = 16 << 20;

    /** Single dots of one key's context beyond which a replica takes no more of that key. */
    static final int DOTS_MAX = VersionCodec.DOTS_MAX / 4;

    /** Siblings of a key at which its writers should be looked at. */
    public static final int SIBLINGS_WARN = 25;

    /** Bytes of all siblings of a key at which its writers should be looked at. */
    public static final long BYTES_WARN = 4 << 20;

    private ObjectLimits() {}

    /**
     * What is wrong with a key that a write of {@code added} bytes has just brought to a limit of warning; null if nothing
     * is, or if it was said before.
     */
    public static @Nullable String warning(KeyState after, int added) {
        int siblings = after.shown().size();
        if (siblings == SIBLINGS_WARN) {
            return siblings + " siblings: its writers do not send the context of what they read";
        }
        long bytes = bytesOf(after);
        if (siblings > 1 && bytes >= BYTES_WARN && bytes - added < BYTES_WARN) {
            return siblings + " siblings of " + bytes + " bytes together: every read of it carries them all";
        }
        return null;
    }

    private static long bytesOf(KeyState state) {
        long bytes = 0;
        for (Version version : state.versions()) {
            bytes += version.value().length();
        }
        return bytes;
    }

    static boolean tooMany(KeyState merged, int siblingsMax) {
        if (merged.versions().size() < 2) {
            return false;
        }
        return bytesOf(merged) > BYTES_MAX
                || (merged.versions().size() > siblingsMax && merged.shown().size() > siblingsMax);
    }

    /** A record that could not be read back must not be written: this replica has to catch up first. */
    static void refuseOverlong(KeyState stripped) {
        if (stripped.context().dots().size() > DOTS_MAX) {
            throw new StorageException(
                    "the key's context has more than " + DOTS_MAX + " dots above this replica's clock");
        }
    }
}
