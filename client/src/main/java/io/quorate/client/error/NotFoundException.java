package io.quorate.client.error;

/**
 * The bucket (or route) does not exist. Nothing was written. Create the bucket first. A key without a value is no
 * error: see {@link io.quorate.client.data.ReadResult.Missing}.
 */
public final class NotFoundException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public NotFoundException(Problem problem) {
        super(problem, null);
    }
}
