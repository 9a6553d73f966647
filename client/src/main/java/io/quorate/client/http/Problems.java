package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.ReplicaAnswer;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads error answers ({@code application/problem+json}, RFC 9457). */
final class Problems {
    private Problems() {}

    /** The exception for an answer that is not what the call hoped for. */
    static QuorateException of(Answer answer, Exchange exchange) {
        if (answer.status() < 400) {
            return unexpected(answer, exchange, "status " + answer.status() + " is no answer to this request");
        }
        Optional<JsonNode> json =
                answer.isOfType(HttpNames.PROBLEM_JSON) ? Json.tryRead(answer.body()) : Optional.empty();
        if (json.isEmpty()) {
            return foreign(answer, exchange);
        }
        JsonNode problem = json.get();
        return QuorateException.of(new Problem(
                problem.path("code").asText("status-" + answer.status()),
                answer.status(),
                problem.path("detail")
                        .asText(problem.path("title").asText("the store answered status " + answer.status())),
                exchange.writes() ? outcome(problem, answer.status()) : Outcome.NOT_APPLIED,
                problem.path("need").asInt(-1),
                problem.path("acked").asInt(-1),
                replicas(problem),
                answer.attempts()));
    }

    /** For an answer that breaks the contract after the store did, or may have done, its work. */
    static BrokenExchangeException unexpected(Answer answer, Exchange exchange, String detail) {
        return new BrokenExchangeException(
                Problem.of(Problem.BAD_ANSWER, answer.status(), detail, exchange.unknown())
                        .withAttempts(answer.attempts()),
                null);
    }

    /** An error that is not the store's, such as a proxy's: of those with 5xx nobody knows what went before. */
    private static QuorateException foreign(Answer answer, Exchange exchange) {
        if (answer.status() < 500) {
            return QuorateException.of(Problem.of(
                            "status-" + answer.status(),
                            answer.status(),
                            "refused with status " + answer.status() + ", by something that is not the store",
                            Outcome.NOT_APPLIED)
                    .withAttempts(answer.attempts()));
        }
        return unexpected(answer, exchange, "status " + answer.status() + " came from something that is not the store");
    }

    private static Outcome outcome(JsonNode problem, int status) {
        String text = problem.path("outcome").asText("");
        for (Outcome outcome : Outcome.values()) {
            if (outcome.text().equals(text)) {
                return outcome;
            }
        }
        return status < 500 || status == 501 || status == 503 ? Outcome.NOT_APPLIED : Outcome.MAYBE_APPLIED;
    }

    private static List<ReplicaAnswer> replicas(JsonNode problem) {
        List<ReplicaAnswer> replicas = new ArrayList<>();
        for (JsonNode replica : problem.path("replicas")) {
            replicas.add(new ReplicaAnswer(
                    replica.path("node").asText(""), replica.path("result").asText("")));
        }
        return replicas;
    }
}
