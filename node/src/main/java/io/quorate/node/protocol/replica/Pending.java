package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.ring.version.KeyState;
import org.jspecify.annotations.Nullable;

/** A key with changes on their way to the disk. */
final class Pending {
    @Nullable
    KeyState durable;

    KeyState newest = KeyState.EMPTY;
    long lastCommit;

    Pending(@Nullable KeyState durable) {
        this.durable = durable;
    }

    /** What others may be shown; until a restored record is durable there is nothing to show. */
    KeyState durable() {
        KeyState state = durable;
        if (state == null) {
            throw new CorruptRecordException(
                    "the record is being restored", new IllegalStateException("not durable yet"));
        }
        return state;
    }
}
