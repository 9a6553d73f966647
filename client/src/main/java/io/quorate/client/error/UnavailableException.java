package io.quorate.client.error;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot do this now, or no contact point could be reached. Nothing was written: the call may be repeated,
 * later or elsewhere, without further thought.
 */
public final class UnavailableException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(Problem problem, @Nullable Throwable cause) {
        super(problem, cause);
    }
}
