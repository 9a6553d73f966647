package io.quorate.node.protocol.group;

import io.quorate.node.protocol.request.VersionTag;
import org.jspecify.annotations.Nullable;

/** What came of a command when it was applied: the same on every replica. */
sealed interface Effect {
    /** It was done, now or when it came the first time, by this entry. */
    record Done(VersionTag tag) implements Effect {}

    /** Its condition did not hold: this version stands there, or none. */
    record Refused(@Nullable VersionTag present) implements Effect {}

    /** Its idempotency key was used with another body. */
    record Conflict() implements Effect {}

    /** Nothing: it is where replicas are compared. */
    record Checked() implements Effect {}
}
