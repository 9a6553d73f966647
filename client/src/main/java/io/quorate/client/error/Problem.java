package io.quorate.client.error;

import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is known about a failed call.
 *
 * @param code a code of the contract such as {@code level-not-reached}, or one of this client's own:
 *     {@link #UNREACHABLE}, {@link #CONNECTION_BROKEN}, {@link #BAD_ANSWER}, {@link #CLIENT_CLOSED},
 *     {@link #INTERRUPTED}
 * @param status the HTTP status, 0 if no answer came
 * @param detail what happened, for a person
 * @param outcome whether the write may have happened; always {@link Outcome#NOT_APPLIED} for a read
 * @param need replicas that the level needed, -1 if not stated
 * @param acked replicas that had answered, -1 if not stated
 * @param replicas what each replica did, as far as stated
 * @param attempts the requests sent, in order
 * @param contextToken what the store told of the key's state; empty if nothing. See {@link #context()}
 * @param versionText the version of a leader bucket's key that stood in the way; empty if none. See {@link
 *     PreconditionFailedException#current()}
 * @param sessionText token of what a leader bucket's group had seen when it said so, for {@link
 *     io.quorate.client.led.Session#of}; empty if none
 */
public record Problem(
        String code,
        int status,
        String detail,
        Outcome outcome,
        int need,
        int acked,
        List<ReplicaAnswer> replicas,
        List<Attempt> attempts,
        String contextToken,
        String versionText,
        String sessionText)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** No contact point could be reached; nothing was sent. */
    public static final String UNREACHABLE = "unreachable";
    /** The connection broke after the request, or a part of it, had been sent. */
    public static final String CONNECTION_BROKEN = "connection-broken";
    /** The answer does not follow the contract. */
    public static final String BAD_ANSWER = "bad-answer";
    /** Too many requests of this client wait already; nothing was sent. */
    public static final String CLIENT_OVERLOADED = "client-overloaded";
    /** Writers of one key kept getting in each other's way, or siblings cannot be resolved. */
    public static final String UNRESOLVED_CONFLICT = "unresolved-conflict";
    /** The client had been closed; nothing was sent. */
    public static final String CLIENT_CLOSED = "client-closed";
    /** The calling thread was interrupted while it waited. */
    public static final String INTERRUPTED = "interrupted";

    /** Without a context, a version or a session. */
    public Problem(
            String code,
            int status,
            String detail,
            Outcome outcome,
            int need,
            int acked,
            List<ReplicaAnswer> replicas,
            List<Attempt> attempts) {
        this(code, status, detail, outcome, need, acked, replicas, attempts, "", "", "");
    }

    public Problem {
        replicas = List.copyOf(replicas);
        attempts = List.copyOf(attempts);
    }

    public static Problem of(String code, int status, String detail, Outcome outcome) {
        return new Problem(code, status, detail, outcome, -1, -1, List.of(), List.of());
    }

    /** A refusal of the contract, before anything happened. */
    public static Problem refused(ErrorCode code, String detail) {
        return of(code.text(), code.status(), detail, Outcome.NOT_APPLIED);
    }

    public Problem withAttempts(List<Attempt> tried) {
        return new Problem(
                code, status, detail, outcome, need, acked, replicas, tried, contextToken, versionText, sessionText);
    }

    public Problem withContext(String token) {
        return new Problem(
                code, status, detail, outcome, need, acked, replicas, attempts, token, versionText, sessionText);
    }

    public Problem withSession(String token) {
        return new Problem(
                code, status, detail, outcome, need, acked, replicas, attempts, contextToken, versionText, token);
    }

    /**
     * The token of the context that came with the error, such as that of {@code too-many-siblings}: what the store held
     * when it refused. {@code Context.of(bucket, key, token)} makes it one to write with.
     */
    public Optional<String> context() {
        return contextToken.isEmpty() ? Optional.empty() : Optional.of(contextToken);
    }

    /** One line with all of it. */
    public String toLine() {
        StringBuilder line = new StringBuilder(detail)
                .append(" [")
                .append(code)
                .append(", ")
                .append(outcome.text().replace('-', ' ').toLowerCase(Locale.ROOT));
        if (need >= 0 && acked >= 0) {
            line.append(", ").append(acked).append(" of ").append(need).append(" replicas");
        }
        if (attempts.size() > 1 || (status == 0 && !attempts.isEmpty())) {
            line.append("; tried ")
                    .append(attempts.stream().map(Attempt::toString).collect(Collectors.joining(", ")));
        }
        return line.append(']').toString();
    }
}
