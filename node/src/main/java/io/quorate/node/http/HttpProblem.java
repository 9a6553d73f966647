package io.quorate.node.http;

import io.quorate.node.door.Door;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.wire.ErrorCode;

/** A request that is answered with a problem; thrown while a request is parsed. */
final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refused refusal;

    HttpProblem(ErrorCode code, String detail) {
        super(detail, null, false, false);
        this.refusal = Door.refusal(code, detail);
    }

    Refused refusal() {
        return refusal;
    }
}
