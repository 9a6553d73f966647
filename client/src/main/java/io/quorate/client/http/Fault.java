package io.quorate.client.http;

import io.quorate.client.error.Attempt;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.ring.wire.Outcome;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one request went wrong, and what may be done about it. */
record Fault(
        Kind kind, Next next, Problem problem, @Nullable Throwable cause) {
    private static final Comparator<Fault> BY_TELLING = Comparator.comparing(Fault::isDecided)
            .thenComparing(Fault::outcome)
            .thenComparingInt(Fault::detail)
            .thenComparingInt(fault -> fault.problem().acked());

    /** Which exception it becomes. */
    enum Kind {
        BY_STATUS,
        REFUSED,
        UNAVAILABLE,
        LATE,
        BROKEN
    }

    /** What may follow. */
    enum Next {
        /** Nothing: any node would say the same. */
        STOP,
        /** Another node may do better, and the request cost the store nothing. */
        ELSEWHERE_FREE,
        /** Another node may do better. */
        ELSEWHERE,
        /** It may have been applied: again under the same key, at the same node if there is no other. */
        REPEAT
    }

    Outcome outcome() {
        return problem.outcome();
    }

    /** A node knew before it did anything that it could not serve the request. */
    boolean isRefusedAtOnce() {
        return problem.status() == 503 && outcome() == Outcome.NOT_APPLIED;
    }

    /** So refused for the node's own sake, as when it stops or starts, and not for that of the key's replicas. */
    boolean isOfTheNode() {
        return isRefusedAtOnce() && problem.need() <= 0;
    }

    /**
     * The group of the key has looked at the write and refused it. It remembers that under the write's idempotency key, so
     * no other request of the call can have another end.
     */
    boolean isDecided() {
        return problem.status() == 412;
    }

    /** True if this tells the caller more than the other: a decision, then what may have happened, then why, then at how many replicas. */
    boolean tellsMoreThan(Fault other) {
        return BY_TELLING.compare(this, other) > 0;
    }

    private int detail() {
        return (next == Next.STOP ? 2 : 0) + (problem.status() > 0 ? 1 : 0);
    }

    QuorateException toException(List<Attempt> attempts) {
        Problem complete = problem.withAttempts(attempts);
        return switch (kind) {
            case BY_STATUS -> QuorateException.of(complete);
            case REFUSED -> new RequestRefusedException(complete);
            case UNAVAILABLE -> new UnavailableException(complete, cause);
            case LATE -> new LevelNotReachedException(complete, cause);
            case BROKEN -> new BrokenExchangeException(complete, cause);
        };
    }
}
