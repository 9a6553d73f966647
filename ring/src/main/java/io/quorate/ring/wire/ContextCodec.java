package io.quorate.ring.wire;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.VersionCodec;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The opaque token of a causal context: URL-safe, at most 8 KiB, checksummed together with the bucket, the bucket's
 * generation and the key, so that a context of another key (rule V7) or a damaged one is refused, not misread.
 */
public final class ContextCodec {
    private static final int FORMAT = 1;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private ContextCodec() {}

    /** What a token belongs to. */
    public record Scope(String bucket, int generation, int partition, Bytes key) {}

    public static String encode(CausalContext context, Scope scope) {
        ByteSink out = new ByteSink(128);
        out.u8(FORMAT).u32(binding(scope));
        VersionCodec.writeContext(out, context);
        out.u32(checksum(out.unsafeArray(), out.size()));
        String token = ENCODER.encodeToString(out.toByteArray());
        if (token.length() > HttpNames.CONTEXT_MAX_CHARS) {
            throw new IllegalStateException("a context of " + token.length() + " characters exceeds the limit of "
                    + HttpNames.CONTEXT_MAX_CHARS);
        }
        return token;
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
        if (data.length < 11) {
            throw new DecodeException("context token is cut short");
        }
        ByteSource in = new ByteSource(data, 0, data.length - 4);
        int expected = new ByteSource(data, data.length - 4, 4).u32();
        if (expected != checksum(data, data.length - 4)) {
            throw new DecodeException("context token is damaged or cut short");
        }
        int format = in.u8();
        if (format != FORMAT) {
            throw new DecodeException("context token has the unknown format " + format);
        }
        if (in.u32() != binding(scope)) {
            throw new DecodeException("context token belongs to another key or to an earlier bucket of this name");
        }
        CausalContext context = VersionCodec.readContext(in, scope.partition());
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
