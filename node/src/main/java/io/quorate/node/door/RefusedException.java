package io.quorate.node.door;

import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;

/** Thrown with the refusal to answer of a request, so that it need not be passed back step by step. */
public class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refused refusal;
    private final String contextToken;

    public RefusedException(ErrorCode code, String detail) {
        this(Refused.of(code, Outcome.NOT_APPLIED, detail));
    }

    public RefusedException(Refused refusal) {
        this(refusal, "");
    }

    /** One that brings the token of a context; see {@link Door.Answer#refusedToken}. */
    public RefusedException(Refused refusal, String contextToken) {
        super(refusal.detail(), null, false, false);
        this.refusal = refusal;
        this.contextToken = contextToken;
    }

    public final String contextToken() {
        return contextToken;
    }

    public final Refused refusal() {
        return refusal;
    }
}
