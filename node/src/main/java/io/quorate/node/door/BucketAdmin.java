package io.quorate.node.door;

import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketRegistry;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Changes definitions; completes when the peers that are up know. */
public interface BucketAdmin {
    CompletionStage<Change> define(BucketDefinition definition);

    /** Completes with false if there is no such bucket. */
    CompletionStage<Boolean> delete(String bucket);

    /** What is answered to a definition that was not taken; null if it was. */
    static @Nullable Refused refusal(Change change, String bucket) {
        return switch (change) {
            case CREATED, CHANGED, SAME -> null;
            case IMMUTABLE ->
                Door.refusal(
                        ErrorCode.BUCKET_IMMUTABLE,
                        "bucket " + bucket
                                + " exists with another mode or n, which can never change; take another name");
            case TOO_MANY ->
                Door.refusal(
                        ErrorCode.BAD_BUCKET,
                        "the cluster has " + BucketRegistry.BUCKETS_MAX
                                + " bucket names, deleted ones included: the limit");
        };
    }

    static Refused noSuchBucket(String bucket) {
        return Door.refusal(ErrorCode.NO_SUCH_BUCKET, "there is no bucket " + bucket);
    }

    /** What is answered to a change that did not end well: it may yet be made. */
    static Refused failed(String what, Throwable failure) {
        return Refused.of(
                ErrorCode.INTERNAL, Outcome.MAYBE_APPLIED, what + " could not be stored: " + failure.getMessage());
    }
}
