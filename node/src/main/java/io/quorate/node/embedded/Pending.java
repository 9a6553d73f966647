package io.quorate.node.embedded;

import io.quorate.client.error.Attempt;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.ReplicaAnswer;
import io.quorate.node.door.RefusedException;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call on its way through the node. The answer may come on any thread of the node; everything after it, the caller's
 * code included, runs on the executor.
 *
 * @param writes whether an unknown end may mean that something was changed
 * @param timeout the node's deadline; the call ends by then and the allowance
 */
record Pending(NodeId node, boolean writes, Duration timeout, Executor executor, LongSupplier nanoClock) {
    /** For the way back through the executor, and for a node that went away under the call. */
    static final Duration ALLOWANCE = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(Pending.class);

    /**
     * Starts the call.
     *
     * @param start gives the call to the node, which completes the future with its answer
     * @param reader turns the answer into a result or throws
     */
    <A, T> CompletionStage<T> run(Consumer<CompletableFuture<A>> start, Function<A, T> reader) {
        long from = nanoClock.getAsLong();
        CompletableFuture<A> answer = new CompletableFuture<>();
        try {
            start.accept(answer);
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer.orTimeout(timeout.plus(ALLOWANCE).toNanos(), TimeUnit.NANOSECONDS)
                .handleAsync((found, failure) -> result(found, failure, reader, from), executor);
    }

    private <A, T> T result(@Nullable A found, @Nullable Throwable failure, Function<A, T> reader, long from) {
        if (failure != null || found == null) {
            throw exception(failure, from);
        }
        try {
            return reader.apply(found);
        } catch (RuntimeException e) {
            throw exception(e, from);
        }
    }

    private QuorateException exception(@Nullable Throwable failure, long from) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return refused(refused, from);
        }
        if (cause instanceof QuorateException known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            String detail =
                    "no answer within " + timeout.toMillis() + " ms and " + ALLOWANCE.toMillis() + " ms of allowance";
            Problem late = Problem.of(ErrorCode.TIMEOUT.text(), 0, detail, unknown());
            return new LevelNotReachedException(
                    late.withAttempts(attempts("no answer in time", from, unknown())), cause);
        }
        LOG.error("a call failed by a fault of this program", cause);
        String detail = "this node failed to handle the call; its log says why";
        return QuorateException.of(Problem.of(ErrorCode.INTERNAL.text(), ErrorCode.INTERNAL.status(), detail, unknown())
                .withAttempts(attempts("failed", from, unknown())));
    }

    private QuorateException refused(RefusedException thrown, long from) {
        Refused refused = thrown.refusal();
        ErrorCode code = refused.code();
        boolean counted = refused.need() > 0;
        VersionTag present = refused.present();
        Problem problem = new Problem(
                code.text(),
                code.status(),
                refused.detail(),
                outcome(refused),
                counted ? refused.need() : -1,
                counted ? refused.acked() : -1,
                refused.replicas().stream()
                        .map(replica -> new ReplicaAnswer(replica.node().value(), replica.result()))
                        .toList(),
                attempts(code.text(), from, outcome(refused)),
                thrown.contextToken(),
                present == null ? "" : present.toText(),
                thrown.sessionToken());
        return QuorateException.of(problem);
    }

    private Outcome outcome(Refused refused) {
        Outcome outcome = refused.outcome();
        return writes && outcome != null ? outcome : Outcome.NOT_APPLIED;
    }

    private Outcome unknown() {
        return writes ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED;
    }

    private List<Attempt> attempts(String end, long from, Outcome outcome) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - from);
        return List.of(new Attempt(node.value(), millis, end, outcome));
    }
}
