package io.quorate.ring.wire;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.version.VersionVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/**
 * The opaque token of a causal context: URL-safe, at most 8 KiB, checksummed together with the bucket, the bucket's
 * generation and the key, so that a context of another key (rule V7) or a damaged one is refused, not misread.
 */
public final class ContextCodec {
    private static final int FORMAT = 2;
    /** Without a hybrid time. */
    private static final int OLD_FORMAT = 1;
    /** Dots that surely fit beside a vector of some actors. */
    private static final int DOTS_KEPT = 200;

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private ContextCodec() {}

    /** What a token belongs to. */
    public record Scope(String bucket, int generation, int partition, Bytes key) {}

    /**
     * The token of a context. One that would be too long claims less: its vector, and of the dots beyond it those in {@code
     * shown} first. Claiming less never loses anything: what the holder writes may stand beside a version it replaces,
     * until the next read brings the two together.
     *
     * @param shown the versions that the holder is shown with this context
     */
    public static String encode(CausalContext context, Collection<Dot> shown, Scope scope) {
        String token = encode(context, scope);
        if (token.length() <= HttpNames.CONTEXT_MAX_CHARS) {
            return token;
        }
        List<Dot> kept = new ArrayList<>();
        for (Dot dot : shown) {
            if (kept.size() < DOTS_KEPT && context.covers(dot)) {
                kept.add(dot);
            }
        }
        token = encode(CausalContext.of(context.vector(), kept, context.time()), scope);
        return token.length() <= HttpNames.CONTEXT_MAX_CHARS
                ? token
                : encode(CausalContext.of(VersionVector.EMPTY, kept, context.time()), scope);
    }

    private static String encode(CausalContext context, Scope scope) {
        ByteSink out = new ByteSink(128);
        out.u8(FORMAT).u32(binding(scope));
        VersionCodec.writeContext(out, context);
        out.u32(checksum(out.unsafeArray(), out.size()));
        return ENCODER.encodeToString(out.toByteArray());
    }

    /**
     * Reads a token back.
     *
     * @throws DecodeException with a message for the client
     */
    public static CausalContext decode(String token, Scope scope) {
        if (token.length() > HttpNames.CONTEXT_MAX_CHARS) {
            throw new DecodeException("context token of " + token.length() + " characters exceeds the limit of "
                    + HttpNames.CONTEXT_MAX_CHARS);
        }
        byte[] data;
        try {
            data = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("context token is no URL-safe base64", e);
        }
        // The last character may carry bits that no byte takes up: a change there is a change all the same.
        if (!ENCODER.encodeToString(data).equals(token)) {
            throw new DecodeException("context token is damaged");
        }
        if (data.length < 11) {
            throw new DecodeException("context token is cut short");
        }
        ByteSource in = new ByteSource(data, 0, data.length - 4);
        int expected = new ByteSource(data, data.length - 4, 4).u32();
        if (expected != checksum(data, data.length - 4)) {
            throw new DecodeException("context token is damaged or cut short");
        }
        int format = in.u8();
        if (format != FORMAT && format != OLD_FORMAT) {
            throw new DecodeException("context token has the unknown format " + format);
        }
        if (in.u32() != binding(scope)) {
            throw new DecodeException("context token belongs to another key or to an earlier bucket of this name");
        }
        CausalContext context = format == OLD_FORMAT
                ? VersionCodec.readOldContext(in, scope.partition())
                : VersionCodec.readContext(in, scope.partition());
        in.end();
        return context;
    }

    private static int binding(Scope scope) {
        Hasher hasher = Hashing.murmur3_128().newHasher();
        hasher.putInt(scope.generation())
                .putInt(scope.bucket().length())
                .putString(scope.bucket(), StandardCharsets.UTF_8)
                .putBytes(scope.key().unsafeArray());
        return hasher.hash().asInt();
    }

    private static int checksum(byte[] data, int length) {
        return Hashing.crc32c().hashBytes(data, 0, length).asInt();
    }
}
