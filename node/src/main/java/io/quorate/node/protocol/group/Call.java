package io.quorate.node.protocol.group;

import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.function.Consumer;

/**
 * A request and who waits for its reply.
 *
 * @param deadline of the node's clock, by which the reply has to be given
 * @param handedOn whether it comes from another node, so that it is not handed on once more
 * @param begun whether another node may have made the write already, so that nobody can say it was not
 */
record Call(LedRequest request, long deadline, boolean handedOn, boolean begun, Consumer<KeyReply> reply) {
    boolean isOver(long now) {
        return now - deadline >= 0;
    }

    void answer(KeyReply answer) {
        reply.accept(answer);
    }

    void refuse(ErrorCode code, Outcome outcome, String detail) {
        answer(KeyReply.Refused.of(code, outcome, detail));
    }

    /** Nothing was done here, and nothing will be. */
    void refuse(ErrorCode code, String detail) {
        if (begun) {
            timeOut(detail + "; another node was asked before, and may have done it");
        } else {
            refuse(code, Outcome.NOT_APPLIED, detail);
        }
    }

    /** The deadline has come while something was under way. */
    void timeOut(String detail) {
        refuse(ErrorCode.TIMEOUT, request.writes() ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED, detail);
    }
}
