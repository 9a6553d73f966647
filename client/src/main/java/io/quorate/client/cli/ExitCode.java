package io.quorate.client.cli;

import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.NotFoundException;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.client.error.UnresolvedConflictException;
import io.quorate.ring.wire.Outcome;

/** What a command tells its caller by its exit code. */
public final class ExitCode {
    public static final int DONE = 0;
    /** No such key or bucket, or a precondition that does not hold. */
    public static final int NOT_FOUND = 1;
    /** Wrong use, or a request that the store refuses: change it. */
    public static final int USAGE = 2;
    /** Not available now, and nothing was written: may be repeated. */
    public static final int UNAVAILABLE = 3;
    /** The write may have happened. */
    public static final int MAYBE_APPLIED = 4;

    private ExitCode() {}

    static int of(QuorateException error) {
        if (error instanceof NotFoundException || error instanceof PreconditionFailedException) {
            return NOT_FOUND;
        }
        if (error instanceof RequestRefusedException) {
            return USAGE;
        }
        if (error instanceof UnavailableException
                || error instanceof LevelNotReachedException
                || error instanceof BrokenExchangeException
                || error instanceof UnresolvedConflictException) {
            return error.outcome() == Outcome.NOT_APPLIED ? UNAVAILABLE : MAYBE_APPLIED;
        }
        throw new AssertionError(error);
    }
}
