package io.quorate.client.http;

import io.quorate.client.error.Problem;
import io.quorate.client.http.Fault.Kind;
import io.quorate.client.http.Fault.Next;
import io.quorate.client.http.engine.Failure;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;

/** Sorts what went wrong by what may be done next. */
final class Faults {
    private Faults() {}

    /** An answer with an error status. */
    static Fault of(Answer answer, Exchange exchange) {
        Problem problem = Problems.read(answer, exchange);
        if (problem.code().equals(Problem.BAD_ANSWER)) {
            return new Fault(Kind.BROKEN, exchange.repeatable() ? Next.REPEAT : Next.STOP, problem, null);
        }
        return new Fault(Kind.BY_STATUS, next(problem, exchange), problem, null);
    }

    private static Next next(Problem problem, Exchange exchange) {
        int status = problem.status();
        if (status == 429 || status == 503 || status == 507) {
            return problem.outcome() == Outcome.NOT_APPLIED || exchange.repeatable() ? Next.ELSEWHERE : Next.STOP;
        }
        if (exchange.isGroups() && exchange.repeatable() && isLost(problem)) {
            return Next.REPEAT;
        }
        boolean unsure = status == 500
                || status == 502
                || (status == 504
                        && problem.code().equals(ErrorCode.LEVEL_NOT_REACHED.text())
                        && problem.outcome() != Outcome.APPLIED_BELOW_LEVEL);
        return unsure && exchange.repeatable() ? Next.ELSEWHERE : Next.STOP;
    }

    /** Whether a group has lost sight of a request, as when its leader changed; another try finds out what came of it. */
    private static boolean isLost(Problem problem) {
        return problem.status() == 504 && problem.outcome() != Outcome.APPLIED_BELOW_LEVEL;
    }

    /** No answer. */
    static Fault of(Failure failure, Exchange exchange, HttpTransportConfig config) {
        Outcome outcome = failure.sent() ? exchange.unknown() : Outcome.NOT_APPLIED;
        boolean mayGoOn = !failure.sent() || exchange.repeatable();
        return switch (failure.kind()) {
            case UNREACHABLE ->
                new Fault(
                        Kind.UNAVAILABLE,
                        Next.ELSEWHERE_FREE,
                        Problem.of(
                                Problem.UNREACHABLE,
                                0,
                                "could not reach any node: " + failure.what() + "; nothing was sent",
                                outcome),
                        failure.cause());
            case CROWDED ->
                new Fault(
                        Kind.UNAVAILABLE,
                        Next.ELSEWHERE_FREE,
                        Problem.of(
                                Problem.CLIENT_OVERLOADED,
                                0,
                                "this client has too much in flight: " + failure.what() + "; nothing was sent",
                                outcome),
                        null);
            case LATE -> late(failure, exchange, config, outcome);
            case BROKEN ->
                new Fault(
                        Kind.BROKEN,
                        mayGoOn ? Next.REPEAT : Next.STOP,
                        Problem.of(Problem.CONNECTION_BROKEN, 0, "the exchange broke: " + failure.what(), outcome),
                        failure.cause());
            case BAD_ANSWER ->
                new Fault(
                        Kind.BROKEN,
                        Next.STOP,
                        Problem.of(Problem.CONNECTION_BROKEN, 0, "the exchange broke: " + failure.what(), outcome),
                        failure.cause());
            case BAD_REQUEST ->
                new Fault(
                        Kind.REFUSED,
                        Next.STOP,
                        Problem.refused(ErrorCode.BAD_REQUEST, "the request cannot be sent: " + failure.what()),
                        null);
            case CLOSED ->
                new Fault(
                        failure.sent() ? Kind.BROKEN : Kind.UNAVAILABLE,
                        Next.STOP,
                        Problem.of(Problem.CLIENT_CLOSED, 0, failure.what(), outcome),
                        null);
        };
    }

    private static Fault late(Failure failure, Exchange exchange, HttpTransportConfig config, Outcome outcome) {
        String detail = failure.sent()
                ? "no answer within " + exchange.timeout().toMillis() + " ms and "
                        + config.allowance().toMillis() + " ms of allowance"
                : failure.what() + ", so nothing was sent";
        return failure.sent()
                ? new Fault(
                        Kind.LATE, Next.STOP, Problem.of(ErrorCode.TIMEOUT.text(), 0, detail, outcome), failure.cause())
                : new Fault(
                        Kind.UNAVAILABLE,
                        Next.STOP,
                        Problem.of(Problem.CLIENT_OVERLOADED, 0, detail, outcome),
                        failure.cause());
    }
}
