package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;

/** What a request to write comes to, whoever coordinates it: over what it goes, what travels, and what its writer goes on with. */
final class Writes {
    private static final int ANSWER_DOTS_MAX = 32;

    private Writes() {}

    /** What the writer was shown. */
    static CausalContext seenBy(KeyRequest request) {
        CausalContext seen = null;
        if (request instanceof KeyRequest.Put put) {
            seen = put.seen();
        } else if (request instanceof KeyRequest.Delete delete) {
            seen = delete.seen();
        }
        if (seen == null) {
            return CausalContext.EMPTY;
        }
        // Only stamped writes bear a time.
        return request.address().lastWriterWins() ? seen : seen.withoutTime();
    }

    /** The write as it travels. */
    static VersionedObject made(Context context, KeyRequest request, Dot dot, CausalContext over) {
        if (request instanceof KeyRequest.Put put) {
            return context.rules.put(
                    over,
                    new Version(
                            dot,
                            put.value(),
                            put.contentType(),
                            context.wallMillis(),
                            put.request().value(),
                            over.time()));
        }
        return context.rules.delete(over, dot);
    }

    /**
     * What the writer goes on with: what it had seen, and its own new dot. A writer that goes on from its own answers only
     * would gather a dot with each write; they are left out when they are many, because the new version has replaced
     * every one of them and stands for them.
     */
    static CausalContext answerContext(CausalContext seen, Dot dot) {
        return seen.dots().size() < ANSWER_DOTS_MAX
                ? seen.with(dot)
                : CausalContext.of(seen.vector(), ImmutableList.of(dot), seen.time());
    }

    /** The answer to a context that bears a time to which no clock that can be trusted has come. */
    static KeyReply.Refused fromFuture(Context context, CausalContext seen) {
        return KeyReply.Refused.of(
                ErrorCode.BAD_CONTEXT,
                Outcome.NOT_APPLIED,
                "the context bears the time " + seen.time() + ", more than " + context.settings.maxDriftMillis()
                        + " ms ahead of the clocks of this cluster; read the key and write with the context of that"
                        + " read");
    }
}
