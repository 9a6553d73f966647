package io.quorate.client.error;

import org.jspecify.annotations.Nullable;

/**
 * The connection broke in mid-call, or the answer makes no sense. For a write {@link #outcome()} tells whether it may
 * have happened: then read to find out, or repeat it where writing the value twice does no harm.
 */
public final class BrokenExchangeException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public BrokenExchangeException(Problem problem, @Nullable Throwable cause) {
        super(problem, cause);
    }
}
