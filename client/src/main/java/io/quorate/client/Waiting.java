package io.quorate.client;

import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.http.engine.Loop;
import io.quorate.ring.wire.Outcome;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Turns a stage into a result or an exception of this client. */
final class Waiting {
    private Waiting() {}

    /** What a stage failed with, bare of what later stages wrap it in. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /**
     * Waits for a stage.
     *
     * @param ifInterrupted whether the call may have changed something if the wait is given up
     */
    static <T> T on(CompletionStage<T> stage, Outcome ifInterrupted) {
        if (Loop.isCurrentThread()) {
            throw new IllegalStateException("a blocking call on the client's own thread would wait for itself;"
                    + " give HttpTransportConfig.withCallbacks an executor whose threads may block");
        }
        try {
            return stage.toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokenExchangeException(
                    Problem.of(Problem.INTERRUPTED, 0, "interrupted while waiting for the answer", ifInterrupted), e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof QuorateException known) {
                throw known;
            }
            throw new BrokenExchangeException(
                    Problem.of(Problem.BAD_ANSWER, 0, "the transport failed: " + cause, ifInterrupted), cause);
        }
    }
}
