package io.quorate.node.http;

import io.quorate.node.door.RefusedException;
import io.quorate.ring.wire.ErrorCode;

/** A request that is answered with a problem; thrown while a request is parsed. */
final class HttpProblem extends RefusedException {
    private static final long serialVersionUID = 1L;

    HttpProblem(ErrorCode code, String detail) {
        super(code, detail);
    }
}
