package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionCodec;

/** How large a key may grow. */
public final class ObjectLimits {
    /** Bytes of all siblings of a key beyond which no write may add another. */
    public static final long BYTES_MAX = 16 << 20;

    /** Single dots of one key's context beyond which a replica takes no more of that key. */
    static final int DOTS_MAX = VersionCodec.DOTS_MAX / 4;

    private ObjectLimits() {}

    static boolean tooMany(KeyState merged, int siblingsMax) {
        if (merged.versions().size() < 2) {
            return false;
        }
        long bytes = 0;
        for (Version version : merged.versions()) {
            bytes += version.value().length();
        }
        return bytes > BYTES_MAX
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
