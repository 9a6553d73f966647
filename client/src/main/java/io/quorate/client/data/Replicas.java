package io.quorate.client.data;

import io.quorate.client.error.Problem;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.ring.wire.ErrorCode;

/**
 * Exact numbers of replicas that must answer, in place of a level. Reads see the latest acknowledged write if
 * {@code read + write > n}.
 *
 * @param read for a get, 1 to n
 * @param write for a put or delete, 1 to n
 */
public record Replicas(int read, int write) {
    /** Checks the lower bound; the upper one, n, is the bucket's and checked by the store. */
    public Replicas {
        if (read < 1 || write < 1) {
            throw new RequestRefusedException(
                    Problem.refused(ErrorCode.BAD_LEVEL, "r and w are at least 1, not r=" + read + " and w=" + write));
        }
    }

    public static Replicas exactly(int read, int write) {
        return new Replicas(read, write);
    }
}
