package io.quorate.client.led;

import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.wire.SessionToken;

/**
 * What somebody has seen of leader buckets. Reads of a view that has it see all of that, on any replica: one's own writes,
 * and nothing older than what was read before. It learns from every answer of such a view.
 *
 * <p>Safe for many threads: what answers bring at once is put together. One session serves all buckets of a cluster, and as
 * many views as share it. To go on in another process, hand over {@link #token()}.
 */
public final class Session {
    private volatile SessionToken seen;

    private Session(SessionToken seen) {
        this.seen = seen;
    }

    /** One that has seen nothing. */
    public static Session start() {
        return new Session(SessionToken.EMPTY);
    }

    /**
     * Goes on from what another session had seen when it gave its {@link #token()}.
     *
     * @throws IllegalArgumentException if it is no token; the empty text is that of a session that has seen nothing
     */
    public static Session of(String token) {
        return new Session(read(token));
    }

    /** All that was seen so far, as URL-safe text; empty if that is nothing. */
    public String token() {
        SessionToken now = seen;
        return now.isEmpty() ? "" : now.toText();
    }

    /** The same for a transport. */
    public SessionToken seen() {
        return seen;
    }

    /**
     * Takes in what another session has seen, such as that of the caller who asks for something.
     *
     * @param token of another session, or of a single result
     * @throws IllegalArgumentException if it is no token
     */
    public void sees(String token) {
        sees(read(token));
    }

    /** The same for a transport. */
    public synchronized void sees(SessionToken more) {
        seen = seen.merge(more);
    }

    private static SessionToken read(String token) {
        if (token.isEmpty()) {
            return SessionToken.EMPTY;
        }
        try {
            return SessionToken.parse(token);
        } catch (DecodeException e) {
            throw new IllegalArgumentException("'" + token + "' is no session token: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "session that has seen " + seen;
    }
}
