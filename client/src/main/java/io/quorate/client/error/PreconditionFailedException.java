package io.quorate.client.error;

/**
 * The condition that the request carried does not hold any more. Nothing was written: read again, decide again.
 */
public final class PreconditionFailedException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public PreconditionFailedException(Problem problem) {
        super(problem, null);
    }
}
