package io.quorate.node.door;

import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;

/** Thrown with the refusal to answer of a request, so that it need not be passed back step by step. */
public class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refused refusal;
    private final String contextToken;
    private final String sessionToken;

    public RefusedException(ErrorCode code, String detail) {
        this(Refused.of(code, Outcome.NOT_APPLIED, detail));
    }

    public RefusedException(Refused refusal) {
        this(refusal, "", "");
    }

    /** One that brings tokens; see {@link Door.Answer#refusedToken} and {@link Door.Answer#refusedSession}. */
    public RefusedException(Refused refusal, String contextToken, String sessionToken) {
        super(refusal.detail(), null, false, false);
        this.refusal = refusal;
        this.contextToken = contextToken;
        this.sessionToken = sessionToken;
    }

    public final String contextToken() {
        return contextToken;
    }

    public final String sessionToken() {
        return sessionToken;
    }

    public final Refused refusal() {
        return refusal;
    }
}
