package io.quorate.client.error;

import org.jspecify.annotations.Nullable;

/**
 * A key holds siblings that could not be made one value: by a resolver that refuses to, or because other writers kept
 * getting in between. Read it, and decide. {@link #outcome()} tells whether this call has written anything.
 */
public final class UnresolvedConflictException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public UnresolvedConflictException(Problem problem, @Nullable Throwable cause) {
        super(problem, cause);
    }
}
