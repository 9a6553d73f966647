package io.quorate.node.protocol.request;

import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import org.jspecify.annotations.Nullable;

/** What a client asks about one key of a leader bucket. */
public sealed interface LedRequest {
    RecordKey key();

    /** Whether it may change something. */
    default boolean writes() {
        return this instanceof Write;
    }

    /**
     * A read.
     *
     * @param maxLagMillis how old what a follower has may be; -1 for any age
     * @param seen the last entry that this client's session has seen of the group; null for none
     */
    record Read(
            RecordKey key,
            ReadLevel level,
            int maxLagMillis,
            @Nullable VersionTag seen) implements LedRequest {}

    /**
     * A write.
     *
     * @param value null to delete
     * @param request the idempotency key of this write
     */
    record Write(RecordKey key, @Nullable Value value, Condition condition, WriteLevel level, RequestId request)
            implements LedRequest {
        /** The same with a request id that the group remembers, so that it may be handed on more than once. */
        public Write remembered() {
            return request.explicit()
                    ? this
                    : new Write(key, value, condition, level, new RequestId(request.value(), true));
        }
    }

    /** Bytes and what they are. */
    record Value(Bytes bytes, String contentType) {}

    /** Asks what every replica has. */
    record Explain(RecordKey key) implements LedRequest {}
}
