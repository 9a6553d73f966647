package io.quorate.client.error;

import org.jspecify.annotations.Nullable;

/**
 * The level was not reached before the deadline, or became impossible. A write may have happened, and may still reach
 * all replicas: read to find out, or repeat it where writing the value twice does no harm. A read changed nothing and may
 * be repeated.
 */
public final class LevelNotReachedException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public LevelNotReachedException(Problem problem, @Nullable Throwable cause) {
        super(problem, cause);
    }
}
