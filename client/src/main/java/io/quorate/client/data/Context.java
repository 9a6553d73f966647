package io.quorate.client.data;

import io.quorate.client.error.Problem;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import java.util.Objects;

/**
 * What its holder has been shown of one key: an opaque token that comes with every result and goes back with the write
 * that follows from it. The write then replaces what the holder had seen and nothing else; what others wrote meanwhile
 * stays beside it as a sibling.
 *
 * <p>Immutable; may be kept, sent around and used more than once. It belongs to one key of one bucket.
 */
public final class Context {
    private final String bucket;
    private final Bytes key;
    private final String token;

    private Context(String bucket, Bytes key, String token) {
        this.bucket = bucket;
        this.key = key;
        this.token = token;
    }

    /**
     * Takes a token up again that {@link #token()} gave. The store itself checks that it belongs to the key.
     *
     * @throws RequestRefusedException if it is empty, too long or not of visible ASCII
     */
    public static Context of(String bucket, Bytes key, String token) {
        if (token.isEmpty()
                || token.length() > HttpNames.CONTEXT_MAX_CHARS
                || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new RequestRefusedException(Problem.refused(
                    ErrorCode.BAD_CONTEXT,
                    "a context is 1 to " + HttpNames.CONTEXT_MAX_CHARS + " visible ASCII characters, without spaces"));
        }
        return new Context(bucket, key, token);
    }

    public String bucket() {
        return bucket;
    }

    public Bytes key() {
        return key;
    }

    /** The token as the store gave it: URL-safe, at most 8 KiB. */
    public String token() {
        return token;
    }

    public boolean belongsTo(String otherBucket, Bytes otherKey) {
        return bucket.equals(otherBucket) && key.equals(otherKey);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Context other && other.belongsTo(bucket, key) && other.token.equals(token);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bucket, key, token);
    }

    @Override
    public String toString() {
        return token;
    }
}
