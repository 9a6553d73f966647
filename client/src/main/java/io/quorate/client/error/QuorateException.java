package io.quorate.client.error;

import io.quorate.ring.wire.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that did not do what was asked. The subclasses are sorted by what the caller may do next; {@link #outcome()}
 * says for a write whether it may have happened.
 */
public abstract sealed class QuorateException extends RuntimeException
        permits RequestRefusedException,
                NotFoundException,
                PreconditionFailedException,
                UnavailableException,
                LevelNotReachedException,
                BrokenExchangeException,
                UnresolvedConflictException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;

    QuorateException(Problem problem, @Nullable Throwable cause) {
        super(problem.toLine(), cause);
        this.problem = problem;
    }

    /** The exception for an answer with an error status (400 to 599). */
    public static QuorateException of(Problem problem) {
        boolean untouched = problem.outcome() == Outcome.NOT_APPLIED;
        return switch (problem.status()) {
            case 404 -> new NotFoundException(problem);
            case 412 -> new PreconditionFailedException(problem);
            case 429, 503, 507 ->
                untouched ? new UnavailableException(problem, null) : new LevelNotReachedException(problem, null);
            case 504 -> new LevelNotReachedException(problem, null);
            case 501 -> new RequestRefusedException(problem);
            default ->
                problem.status() >= 400 && problem.status() < 500
                        ? new RequestRefusedException(problem)
                        : new BrokenExchangeException(problem, null);
        };
    }

    public Problem problem() {
        return problem;
    }

    /** Whether the write may have happened; always {@link Outcome#NOT_APPLIED} for a read. */
    public Outcome outcome() {
        return problem.outcome();
    }

    /** The stable code, such as {@code unavailable}; see {@link Problem#code()}. */
    public String code() {
        return problem.code();
    }

    /** The HTTP status, 0 if no answer came. */
    public int status() {
        return problem.status();
    }

    /** What happened, for a person. */
    public String detail() {
        return problem.detail();
    }

    /** The addresses tried, in order. */
    public List<Attempt> attempts() {
        return problem.attempts();
    }
}
