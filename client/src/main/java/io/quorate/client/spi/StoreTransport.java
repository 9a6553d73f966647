package io.quorate.client.spi;

import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.metrics.ClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A way to reach the store. The client above checks names, keys and contexts, and makes idempotency keys; a transport
 * carries calls, and tries other nodes only where nothing can have happened yet.
 *
 * <p>Rules for implementations: safe for use by many threads; no method throws or blocks; every stage ends, by the
 * call's timeout and a small allowance at the latest; it fails only with a
 * {@link io.quorate.client.error.QuorateException} (bare or as the cause of a
 * {@link java.util.concurrent.CompletionException}), whose outcome is true in the cautious sense: a write that cannot be
 * proved absent is {@code MAYBE_APPLIED}.
 */
public interface StoreTransport extends AutoCloseable {
    /**
     * Runs what callers attach to their calls. Unless a transport's stages end on threads that may block, it offers here
     * an executor whose threads may; the client moves there before it runs any code of its caller.
     */
    default Executor callbacks() {
        return Runnable::run;
    }

    /** What was done so far. */
    default ClientMetrics metrics() {
        return ClientMetrics.NONE;
    }

    CompletionStage<ReadReply> get(GetCall call);

    CompletionStage<WriteReply> put(PutCall call);

    CompletionStage<WriteReply> delete(DeleteCall call);

    /** Fails if the bucket turns out to be a leaderless one. */
    CompletionStage<LeaderRead> get(LeaderReadCall call);

    /**
     * A condition that does not hold fails the stage with a {@link
     * io.quorate.client.error.PreconditionFailedException}.
     */
    CompletionStage<LeaderWrite> write(LeaderWriteCall call);

    /** The contract's JSON for {@code explain}. */
    CompletionStage<String> explain(ExplainCall call);

    /** The contract's JSON for {@code GET /v1/ring}. */
    CompletionStage<String> ring(Duration timeout);

    CompletionStage<BucketChange> createBucket(String name, BucketDefinition definition, Duration timeout);

    CompletionStage<List<BucketInfo>> listBuckets(Duration timeout);

    CompletionStage<BucketInfo> getBucket(String name, Duration timeout);

    CompletionStage<Void> deleteBucket(String name, Duration timeout);

    /** Calls from now on fail as not applied; those in flight end by their deadlines. */
    @Override
    void close();
}
