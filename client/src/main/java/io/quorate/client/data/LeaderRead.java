package io.quorate.client.data;

import io.quorate.client.led.LeaderVersion;
import java.time.Instant;
import java.util.Optional;

/**
 * What a read of a leader bucket found: one value, or none. A value, its version and its time are all there, or none is.
 *
 * @param value empty if the key was never written, or is deleted
 * @param version of the value: what a later write can be made dependent on
 * @param written when it was, by a leader's clock: for people, not for ordering
 * @param info where the answer comes from
 */
public record LeaderRead(
        Optional<Value> value, Optional<LeaderVersion> version, Optional<Instant> written, LeaderInfo info) {
    public LeaderRead {
        if (value.isPresent() != version.isPresent() || value.isPresent() != written.isPresent()) {
            throw new IllegalArgumentException("a value has a version and a time, and no value has neither");
        }
    }

    public static LeaderRead found(Value value, LeaderVersion version, Instant written, LeaderInfo info) {
        return new LeaderRead(Optional.of(value), Optional.of(version), Optional.of(written), info);
    }

    public static LeaderRead missing(LeaderInfo info) {
        return new LeaderRead(Optional.empty(), Optional.empty(), Optional.empty(), info);
    }

    /** The value as a text in UTF-8. */
    public Optional<String> text() {
        return value.map(found -> found.data().toUtf8());
    }
}
