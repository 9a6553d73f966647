package io.quorate.client.error;

import io.quorate.client.led.LeaderVersion;
import java.util.Optional;

/**
 * The condition that the request carried does not hold any more. Nothing was written: read again, decide again.
 */
public final class PreconditionFailedException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public PreconditionFailedException(Problem problem) {
        super(problem, null);
    }

    /** The version that the key had instead; empty if it had no value. */
    public Optional<LeaderVersion> current() {
        String version = problem().versionText();
        return LeaderVersion.isOne(version) ? Optional.of(LeaderVersion.of(version)) : Optional.empty();
    }
}
