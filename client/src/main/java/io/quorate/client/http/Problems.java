package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.ReplicaAnswer;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads error answers ({@code application/problem+json}, RFC 9457). */
final class Problems {
    /** A node that asks to be spared longer is asked again after this. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(10);

    private Problems() {}

    /** What an answer with an error status says; of one that is not the store's, with the code of a bad answer. */
    static Problem read(Answer answer, Exchange exchange) {
        Optional<JsonNode> json =
                answer.isOfType(HttpNames.PROBLEM_JSON) ? Json.tryRead(answer.body()) : Optional.empty();
        if (json.isEmpty()) {
            return foreign(answer, exchange);
        }
        JsonNode problem = json.get();
        return new Problem(
                problem.path("code").asText("status-" + answer.status()),
                answer.status(),
                problem.path("detail")
                        .asText(problem.path("title").asText("the store answered status " + answer.status())),
                exchange.writes() ? outcome(problem, answer.status()) : Outcome.NOT_APPLIED,
                problem.path("need").asInt(-1),
                problem.path("acked").asInt(-1),
                replicas(problem),
                List.of(),
                answer.header(HttpNames.CONTEXT).orElse(problem.path("context").asText("")),
                answer.status() == 412 ? answer.header("ETag").orElse("") : "",
                answer.header(HttpNames.SESSION).orElse(""));
    }

    /** How long a node asks to be spared, within bounds; one second if it does not say. */
    static Duration retryAfter(Answer answer) {
        String text = answer.header("Retry-After").orElse("");
        boolean seconds = text.length() <= 4 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        Duration asked = seconds ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ofSeconds(1);
        return asked.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : asked;
    }

    /** For an answer that breaks the contract after the store did, or may have done, its work. */
    static BrokenExchangeException unexpected(Answer answer, Exchange exchange, String detail) {
        return new BrokenExchangeException(
                Problem.of(Problem.BAD_ANSWER, answer.status(), detail, exchange.unknown())
                        .withAttempts(answer.attempts()),
                null);
    }

    /** An error that is not the store's, such as a proxy's: of those with 5xx nobody knows what went before. */
    private static Problem foreign(Answer answer, Exchange exchange) {
        if (answer.status() < 500) {
            return Problem.of(
                    "status-" + answer.status(),
                    answer.status(),
                    "refused with status " + answer.status() + ", by something that is not the store",
                    Outcome.NOT_APPLIED);
        }
        return Problem.of(
                Problem.BAD_ANSWER,
                answer.status(),
                "status " + answer.status() + " came from something that is not the store",
                exchange.unknown());
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
