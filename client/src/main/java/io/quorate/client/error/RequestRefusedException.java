package io.quorate.client.error;

/**
 * The request is wrong for this bucket or this version of the store. Nothing was written, and the same request will be
 * refused again, by any node: change it.
 */
public final class RequestRefusedException extends QuorateException {
    private static final long serialVersionUID = 1L;

    public RequestRefusedException(Problem problem) {
        super(problem, null);
    }
}
