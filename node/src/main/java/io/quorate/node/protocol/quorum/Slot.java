package io.quorate.node.protocol.quorum;

import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import org.jspecify.annotations.Nullable;

/** What one home was asked by a {@link ReadCoordinator}, and what it has answered. */
final class Slot {
    Want want;
    long askedAt;

    @Nullable
    Status status;

    long digest;

    @Nullable
    KeyState state;

    @Nullable
    CausalContext context;

    boolean proved;

    @Nullable
    KeyState sent;

    boolean repaired;
    long micros;

    Slot(Want want, long askedAt) {
        this.want = want;
        this.askedAt = askedAt;
    }

    /** What it holds, as far as it is known. */
    KeyState held() {
        KeyState known = state;
        return known == null ? KeyState.EMPTY : known;
    }

    boolean ok() {
        return status == Status.OK;
    }

    boolean failed() {
        return status != null && status != Status.OK;
    }
}
